import type { KubeObject } from "../../../kubernetes/kube-object.ts";
import type { ProgramContext } from "../../../kubernetes/program.ts";
import { listAt, recordAt, textAt, type JsonRecord } from "../../json.ts";

/** A claim that waits for a provisioner, and the class it names. */
export interface WaitingClaim {
  readonly context: ProgramContext;
  readonly claim: KubeObject;
  readonly storageClass: KubeObject;
}

/** Claims that are not bound yet, of the classes of one provisioner. */
export const waitingClaims = (context: ProgramContext, provisioner: string): readonly WaitingClaim[] => {
  const { store } = context;
  const classes = store.list(store.resource("StorageClass")).filter((one) => textAt(one, "provisioner") === provisioner);
  return store.list(store.resource("PersistentVolumeClaim")).flatMap((claim) => {
    const storageClass = classes.find(({ metadata }) => metadata.name === textAt(claim.spec, "storageClassName"));
    const isPending = textAt(claim.status, "phase") !== "Bound" && claim.metadata.deletionTimestamp === undefined;
    return storageClass !== undefined && isPending ? [{ context, claim, storageClass }] : [];
  });
};

/** What a provisioner calls the volume of a claim. */
export const volumeNameOf = ({ claim }: Pick<WaitingClaim, "claim">): string => `pvc-${claim.metadata.uid}`;

const sourceOf = (driver: string, name: string): JsonRecord =>
  driver === "openebs.io/provisioner-iscsi"
    ? { iscsi: { targetPortal: "127.0.0.1:3260", iqn: `iqn.2016-09.com.openebs.jiva:${name}`, lun: 0, fsType: "ext4" } }
    : { csi: { driver, volumeHandle: name, fsType: "ext4" } };

interface VolumeShape {
  readonly engine: "cstor" | "jiva" | "local-device";
  /** Where its data are; by default as its class's provisioner has it. */
  readonly source?: JsonRecord;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** Makes the volume of a claim, unless it is there. */
export const createVolume = ({ context: { store }, claim, storageClass }: WaitingClaim, shape: VolumeShape): void => {
  const { namespace, name: claimName, uid } = claim.metadata;
  const [resource, name] = [store.resource("PersistentVolume"), volumeNameOf({ claim })];
  if (store.get(resource, undefined, name) !== undefined) return;
  const provisioner = textAt(storageClass, "provisioner") ?? "";
  const { engine, source = sourceOf(provisioner, name) } = shape;
  const annotations = { "pv.kubernetes.io/provisioned-by": provisioner, ...shape.annotations };
  const volume = store.create(resource, {
    apiVersion: "v1",
    kind: "PersistentVolume",
    metadata: { name, labels: { "openebs.io/cas-type": engine }, annotations },
    spec: {
      capacity: recordAt(claim.spec, "resources", "requests"),
      accessModes: listAt(claim.spec, "accessModes"),
      claimRef: { apiVersion: "v1", kind: "PersistentVolumeClaim", namespace, name: claimName, uid },
      ...source,
      persistentVolumeReclaimPolicy: textAt(storageClass, "reclaimPolicy") ?? "Delete",
      storageClassName: storageClass.metadata.name,
    },
  });
  store.updateStatus(resource, { ...volume, status: { phase: "Bound" } });
};

/** Gives a claim its volume. */
export const bindClaim = ({ context: { store }, claim }: WaitingClaim): void => {
  const resource = store.resource("PersistentVolumeClaim");
  const bound = store.update(resource, { ...claim, spec: { ...claim.spec, volumeName: volumeNameOf({ claim }) } });
  const accessModes = listAt(claim.spec, "accessModes");
  store.updateStatus(resource, {
    ...bound,
    status: { phase: "Bound", accessModes, capacity: recordAt(claim.spec, "resources", "requests") },
  });
};
