import type { Program, ProgramContext } from "../../../kubernetes/program.ts";
import { sameJson } from "../../../kubernetes/plain-json.ts";
import { VOLUME_LABEL } from "../../cstor-kinds.ts";
import { apiVersionOf, listKind, servedKind } from "../../defined-kinds.ts";
import { textAt } from "../../json.ts";
import { apply } from "../../kube-apply.ts";
import { SPC, type PoolFlavour } from "../../pool-flavour.ts";
import { instancesOf, isOnline } from "../../pool-state.ts";
import { follow } from "../follow.ts";
import { VERSION_LABEL } from "../../cstor-kinds.ts";
import { service } from "../process.ts";
import { tagOf } from "../versioned-workload.ts";
import { bindClaim, createVolume, volumeNameOf, waitingClaims, type WaitingClaim } from "./claims.ts";
import { provisionJiva } from "./jiva-provisioner.ts";
import { cstorTarget, dropOrphans } from "./volume-objects.ts";

/** A replica on each of as many pools as the class wants; fewer pools than that and the claim stays Pending. */
const provision = (waiting: WaitingClaim, flavour: PoolFlavour): void => {
  const { context, claim, storageClass } = waiting;
  const { store, pod, image } = context;
  const wish = flavour.wishOf(storageClass);
  if (wish === undefined) return;
  const pools = instancesOf(store, flavour, wish.pool).filter((instance) => isOnline(store, flavour, instance));
  if (pools.length < wish.replicas)
    return context.log(`claim ${claim.metadata.name}: ${pools.length} of ${wish.replicas} pools are online`);
  const name = volumeNameOf({ claim });
  createVolume(waiting, { engine: "cstor" });
  for (const { metadata } of pools.slice(0, wish.replicas)) {
    const labels = { [VOLUME_LABEL]: name, [flavour.instanceLabel]: metadata.name, [VERSION_LABEL]: tagOf(image) };
    apply(store, {
      apiVersion: apiVersionOf(flavour.replica),
      kind: flavour.replica.kind,
      metadata: { name: `${name}-${metadata.name}`, namespace: pod.metadata.namespace ?? "openebs", labels },
      spec: { capacity: textAt(claim.spec, "resources", "requests", "storage") ?? "" },
    });
  }
  apply(store, cstorTarget(waiting));
  bindClaim(waiting);
};

/** Replicas go with their volume, and are as well as the pool they lie on. */
const keepReplicas = ({ store }: ProgramContext, flavour: PoolFlavour): void => {
  const resource = servedKind(store, flavour.replica);
  if (resource === undefined) return;
  const instances = listKind(store, flavour.instance);
  for (const replica of store.list(resource)) {
    const { namespace, name, labels } = replica.metadata;
    const pool = instances.find(({ metadata }) => metadata.name === labels?.[flavour.instanceLabel]);
    const status = { phase: pool !== undefined && isOnline(store, flavour, pool) ? "Healthy" : "Offline" };
    if (store.get(store.resource("PersistentVolume"), undefined, labels?.[VOLUME_LABEL] ?? "") === undefined)
      store.delete(resource, namespace, name);
    else if (!sameJson(replica.status, status)) store.updateStatus(resource, { ...replica, status });
  }
};

const KINDS = ["PersistentVolumeClaim", "PersistentVolume", "StorageClass"];

/** Provisions the volumes of claims whose class names pools of one flavour; the provisioner of the older one makes Jiva volumes too. */
export const volumeProvisioner = (flavour: PoolFlavour): Program =>
  service({
    startMs: 1000,
    run: (context) =>
      follow(context, [...KINDS, flavour.instance.kind, flavour.replica.kind], () => {
        for (const waiting of waitingClaims(context, flavour.provisioner)) provision(waiting, flavour);
        if (flavour === SPC) provisionJiva(context);
        keepReplicas(context, flavour);
        dropOrphans(context);
      }),
  });
