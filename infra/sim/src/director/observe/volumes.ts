import { listKind, VOLUME_LABEL } from "../cstor-kinds.ts";
import { textAt } from "../json.ts";
import { FLAVOURS } from "../pool-flavour.ts";
import { parseQuantity } from "../../kubernetes/controllers/quantity.ts";
import type { KubeObject } from "../../kubernetes/kube-object.ts";
import type { Store } from "../../kubernetes/store.ts";

const LOCAL_PROVISIONER = "openebs.io/local";

/** A volume of OpenEBS as its cluster shows it. */
export interface SeenVolume {
  readonly id: string;
  /** Of the PersistentVolume. */
  readonly name: string;
  readonly engine: "cstor" | "local";
  /** As Kubernetes writes it: "1Gi". */
  readonly size: string;
  readonly bytes: number;
  readonly claim: { readonly namespace: string; readonly name: string };
  /** Phases of its replicas; a local volume has none. */
  readonly replicas: readonly string[];
}

const engineOf = (volume: KubeObject): SeenVolume["engine"] | undefined => {
  const provisioner = volume.metadata.annotations?.["pv.kubernetes.io/provisioned-by"];
  if (provisioner === LOCAL_PROVISIONER) return "local";
  return FLAVOURS.some((flavour) => flavour.provisioner === provisioner) ? "cstor" : undefined;
};

const replicasOf = (store: Store, volume: string): readonly string[] =>
  FLAVOURS.flatMap(({ replica }) => listKind(store, replica))
    .filter(({ metadata }) => metadata.labels?.[VOLUME_LABEL] === volume)
    .map(({ status }) => textAt(status, "phase") ?? "Init");

/** Every volume that OpenEBS made on a cluster. */
export const volumesIn = (store: Store): readonly SeenVolume[] =>
  store.list(store.resource("PersistentVolume")).flatMap((volume) => {
    const engine = engineOf(volume);
    if (engine === undefined) return [];
    const { name, uid: id } = volume.metadata;
    const size = textAt(volume.spec, "capacity", "storage") ?? "0";
    const claim = { namespace: textAt(volume.spec, "claimRef", "namespace") ?? "", name: textAt(volume.spec, "claimRef", "name") ?? "" };
    return [{ id, name, engine, size, bytes: parseQuantity(size), claim, replicas: replicasOf(store, name) }];
  });

/** `Healthy` with all replicas, `Degraded` without some, `Offline` without any; a local volume is Healthy as long as it is there. */
export const stateOf = ({ engine, replicas }: SeenVolume): "Healthy" | "Degraded" | "Offline" => {
  const healthy = replicas.filter((phase) => phase === "Healthy").length;
  if (engine === "local" || (healthy > 0 && healthy === replicas.length)) return "Healthy";
  return healthy > 0 ? "Degraded" : "Offline";
};
