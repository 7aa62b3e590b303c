import type { KubeObject } from "../../../kubernetes/kube-object.ts";
import type { Program, ProgramContext } from "../../../kubernetes/program.ts";
import { listAt, recordAt, textAt } from "../../json.ts";
import { service } from "../process.ts";
import { follow } from "./follow.ts";

const PROVISIONER = "openebs.io/provisioner-iscsi";

const isJiva = (storageClass: KubeObject): boolean =>
  storageClass["provisioner"] === PROVISIONER && storageClass.metadata.annotations?.["openebs.io/cas-type"] === "jiva";

const provide = ({ store }: ProgramContext, claim: KubeObject, storageClass: KubeObject): void => {
  const { namespace, name, uid } = claim.metadata;
  const [capacity, accessModes] = [recordAt(claim.spec, "resources", "requests"), listAt(claim.spec, "accessModes")];
  const volumes = store.resource("PersistentVolume");
  const volume = store.create(volumes, {
    apiVersion: "v1",
    kind: "PersistentVolume",
    metadata: {
      name: `pvc-${uid}`,
      annotations: { "pv.kubernetes.io/provisioned-by": PROVISIONER },
      labels: { "openebs.io/cas-type": "jiva" },
    },
    spec: {
      capacity,
      accessModes,
      claimRef: { apiVersion: "v1", kind: "PersistentVolumeClaim", namespace, name, uid },
      iscsi: { iqn: `iqn.2016-09.com.openebs.jiva:pvc-${uid}`, targetPortal: "10.96.0.99:3260", lun: 0, fsType: "ext4" },
      persistentVolumeReclaimPolicy: textAt(storageClass, "reclaimPolicy") ?? "Delete",
      storageClassName: storageClass.metadata.name,
    },
  });
  store.updateStatus(volumes, { ...volume, status: { phase: "Bound" } });
  const claims = store.resource("PersistentVolumeClaim");
  const bound = store.update(claims, { ...claim, spec: { ...claim.spec, volumeName: volume.metadata.name } });
  store.updateStatus(claims, { ...bound, status: { phase: "Bound", accessModes, capacity } });
};

const provideAll = (context: ProgramContext): void => {
  const { store } = context;
  const classes = new Map(
    store
      .list(store.resource("StorageClass"))
      .filter(isJiva)
      .map((one) => [one.metadata.name, one]),
  );
  for (const claim of store.list(store.resource("PersistentVolumeClaim"))) {
    const storageClass = classes.get(textAt(claim.spec, "storageClassName") ?? "");
    const isPending = textAt(claim.status, "phase") !== "Bound" && claim.metadata.deletionTimestamp === undefined;
    if (storageClass !== undefined && isPending) provide(context, claim, storageClass);
  }
};

/** Binds the claims of Jiva's classes; controller and replicas of a volume run nowhere. */
export const jivaProvisioner: Program = service({
  startMs: 1000,
  run: (context) => follow(context, ["PersistentVolumeClaim", "StorageClass"], () => provideAll(context)),
});
