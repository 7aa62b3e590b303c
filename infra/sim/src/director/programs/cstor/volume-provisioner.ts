import type { KubeObject } from "../../../kubernetes/kube-object.ts";
import type { Program, ProgramContext } from "../../../kubernetes/program.ts";
import { sameJson } from "../../../kubernetes/plain-json.ts";
import { apiVersionOf, listKind, servedKind, VOLUME_LABEL } from "../../cstor-kinds.ts";
import { listAt, recordAt, textAt } from "../../json.ts";
import { apply } from "../../kube-apply.ts";
import type { PoolFlavour } from "../../pool-flavour.ts";
import { instancesOf, isOnline } from "../../pool-state.ts";
import { service } from "../process.ts";
import { follow } from "./follow.ts";

interface Wanted {
  readonly context: ProgramContext;
  readonly flavour: PoolFlavour;
  readonly claim: KubeObject;
  readonly storageClass: KubeObject;
}

const namespaceOf = ({ context }: Pick<Wanted, "context">): string => context.pod.metadata.namespace ?? "openebs";

const createVolume = ({ context: { store }, flavour, claim, storageClass }: Wanted, name: string): void => {
  const { namespace, name: claimName, uid } = claim.metadata;
  const resource = store.resource("PersistentVolume");
  const volume = store.create(resource, {
    apiVersion: "v1",
    kind: "PersistentVolume",
    metadata: { name, annotations: { "pv.kubernetes.io/provisioned-by": flavour.provisioner } },
    spec: {
      capacity: recordAt(claim.spec, "resources", "requests"),
      accessModes: listAt(claim.spec, "accessModes"),
      claimRef: { apiVersion: "v1", kind: "PersistentVolumeClaim", namespace, name: claimName, uid },
      csi: { driver: flavour.provisioner, volumeHandle: name, fsType: "ext4" },
      persistentVolumeReclaimPolicy: textAt(storageClass, "reclaimPolicy") ?? "Delete",
      storageClassName: storageClass.metadata.name,
    },
  });
  store.updateStatus(resource, { ...volume, status: { phase: "Bound" } });
};

const bind = ({ context: { store }, claim }: Wanted, volumeName: string): void => {
  const resource = store.resource("PersistentVolumeClaim");
  const bound = store.update(resource, { ...claim, spec: { ...claim.spec, volumeName } });
  const accessModes = listAt(claim.spec, "accessModes");
  store.updateStatus(resource, {
    ...bound,
    status: { phase: "Bound", accessModes, capacity: recordAt(claim.spec, "resources", "requests") },
  });
};

/** A replica on each of as many pools as the class wants; fewer pools than that and the claim stays Pending. */
const provision = (wanted: Wanted): void => {
  const { context, flavour, claim, storageClass } = wanted;
  const wish = flavour.wishOf(storageClass);
  if (wish === undefined) return;
  const pools = instancesOf(context.store, flavour, wish.pool).filter((instance) => isOnline(context.store, flavour, instance));
  if (pools.length < wish.replicas)
    return context.log(`claim ${claim.metadata.name}: ${pools.length} of ${wish.replicas} pools are online`);
  const name = `pvc-${claim.metadata.uid}`;
  if (context.store.get(context.store.resource("PersistentVolume"), undefined, name) === undefined) createVolume(wanted, name);
  for (const { metadata } of pools.slice(0, wish.replicas)) {
    const labels = { [VOLUME_LABEL]: name, [flavour.instanceLabel]: metadata.name };
    apply(context.store, {
      apiVersion: apiVersionOf(flavour.replica),
      kind: flavour.replica.kind,
      metadata: { name: `${name}-${metadata.name}`, namespace: namespaceOf(wanted), labels },
      spec: { capacity: textAt(claim.spec, "resources", "requests", "storage") ?? "" },
    });
  }
  bind(wanted, name);
};

const pendingClaims = (context: ProgramContext, flavour: PoolFlavour): readonly Wanted[] => {
  const { store } = context;
  const classes = store.list(store.resource("StorageClass")).filter((one) => textAt(one, "provisioner") === flavour.provisioner);
  return store.list(store.resource("PersistentVolumeClaim")).flatMap((claim) => {
    const storageClass = classes.find(({ metadata }) => metadata.name === textAt(claim.spec, "storageClassName"));
    const isPending = textAt(claim.status, "phase") !== "Bound" && claim.metadata.deletionTimestamp === undefined;
    return storageClass !== undefined && isPending ? [{ context, flavour, claim, storageClass }] : [];
  });
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

/** Provisions the volumes of claims whose class names pools of one flavour. */
export const volumeProvisioner = (flavour: PoolFlavour): Program =>
  service({
    startMs: 1000,
    run: (context) =>
      follow(context, [...KINDS, flavour.instance.kind, flavour.replica.kind], () => {
        for (const wanted of pendingClaims(context, flavour)) provision(wanted);
        keepReplicas(context, flavour);
      }),
  });
