import { textAt } from "../json.ts";
import { cstorReplicas, volumeOf, type ReplicatedVolume } from "../volume-state.ts";
import { parseQuantity } from "../../kubernetes/controllers/quantity.ts";
import type { KubeObject } from "../../kubernetes/kube-object.ts";
import type { Store } from "../../kubernetes/store.ts";

const LOCAL_PROVISIONER = "openebs.io/local";

/** A volume of OpenEBS as its cluster shows it. */
export interface SeenVolume {
  readonly id: string;
  /** Of the PersistentVolume. */
  readonly name: string;
  readonly engine: "cstor" | "jiva" | "local";
  /** As Kubernetes writes it: "1Gi". */
  readonly size: string;
  readonly bytes: number;
  readonly claim: { readonly namespace: string; readonly name: string };
  /** Phases of its replicas; a local volume has none. */
  readonly replicas: readonly string[];
}

const isLocal = ({ metadata }: KubeObject): boolean => metadata.annotations?.["pv.kubernetes.io/provisioned-by"] === LOCAL_PROVISIONER;

/** A replica of cStor says itself how it is; one of Jiva is as well as its pod. */
const replicasOf = (store: Store, { name, engine, replicas }: ReplicatedVolume): readonly string[] =>
  engine === "jiva"
    ? replicas.map(({ state }) => (state === "Running" ? "Healthy" : "Offline"))
    : cstorReplicas(store, name).map(([, { status }]) => textAt(status, "phase") ?? "Init");

const servedBy = (store: Store, volume: KubeObject): Pick<SeenVolume, "engine" | "replicas"> | undefined => {
  if (isLocal(volume)) return { engine: "local", replicas: [] };
  const replicated = volumeOf(store, volume.metadata.name);
  return replicated && { engine: replicated.engine, replicas: replicasOf(store, replicated) };
};

/** Every volume that OpenEBS made on a cluster. */
export const volumesIn = (store: Store): readonly SeenVolume[] =>
  store.list(store.resource("PersistentVolume")).flatMap((volume) => {
    const served = servedBy(store, volume);
    if (served === undefined) return [];
    const { name, uid: id } = volume.metadata;
    const size = textAt(volume.spec, "capacity", "storage") ?? "0";
    const claim = { namespace: textAt(volume.spec, "claimRef", "namespace") ?? "", name: textAt(volume.spec, "claimRef", "name") ?? "" };
    return [{ id, name, size, bytes: parseQuantity(size), claim, ...served }];
  });

/** `Healthy` with all replicas, `Degraded` without some, `Offline` without any; a local volume is Healthy as long as it is there. */
export const stateOf = ({ engine, replicas }: SeenVolume): "Healthy" | "Degraded" | "Offline" => {
  const healthy = replicas.filter((phase) => phase === "Healthy").length;
  if (engine === "local" || (healthy > 0 && healthy === replicas.length)) return "Healthy";
  return healthy > 0 ? "Degraded" : "Offline";
};
