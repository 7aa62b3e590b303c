import type { StoreEvent } from "../store.ts";
import type { PersistentVolume, PersistentVolumeClaim, Pod, StorageClass } from "../workload-objects.ts";
import { claimNames, SELECTED_NODE } from "./claim-placement.ts";
import type { ClusterView } from "./cluster-view.ts";
import { keyOf, splitKey, type Controller } from "./controller.ts";
import { EventRecorder, type EventText } from "./event-recorder.ts";
import { LOCAL_PROVISIONER, localWish } from "./local-class.ts";
import { isFreeFor, misfitOf } from "./volume-fit.ts";
import { isEnded } from "./pods.ts";

const PROTECTION = "kubernetes.io/pvc-protection";
const DEFAULT_CLASS = "storageclass.kubernetes.io/is-default-class";
const HOSTNAME = "kubernetes.io/hostname";

/** Binds claims of hostpath classes to volumes on the node of their first consumer, and lets go of all volumes with their claims. */
export class ClaimController implements Controller {
  readonly name = "persistentvolume-binder";
  readonly #view: ClusterView;
  readonly #binder: EventRecorder;
  readonly #provisioner: EventRecorder;

  constructor(view: ClusterView) {
    this.#view = view;
    this.#binder = new EventRecorder(view, { component: "persistentvolume-controller" });
    this.#provisioner = new EventRecorder(view, { component: "openebs.io/local_openebs-localpv-provisioner" });
  }

  affected(event: StoreEvent): readonly string[] {
    const { kind } = event.resource;
    if (kind === "PersistentVolumeClaim") return [keyOf(event.object)];
    if (kind === "PersistentVolume") {
      const { claimRef } = (event.object as PersistentVolume).spec;
      if (claimRef !== undefined) return [`${claimRef.namespace}/${claimRef.name}`];
      const { name } = event.object.metadata;
      return this.#view.list("PersistentVolumeClaim").flatMap((claim) => (claim.spec.volumeName === name ? [keyOf(claim)] : []));
    }
    if (kind === "Pod") return claimNames(event.object as Pod).map((name) => `${event.object.metadata.namespace}/${name}`);
    return kind === "StorageClass" ? this.#view.list("PersistentVolumeClaim").map(keyOf) : [];
  }

  reconcile(key: string): undefined {
    const { namespace, name } = splitKey(key);
    const claim = this.#view.get("PersistentVolumeClaim", namespace, name);
    if (claim === undefined) return this.#dropVolumes(namespace, name);
    if (claim.metadata.deletionTimestamp !== undefined) return this.#release(claim);
    if (claim.status?.phase === "Bound") return this.#checkVolume(claim);
    // What is lost is not made anew: its data were on the volume.
    if (claim.status?.phase === "Lost") return;
    const finalizers = claim.metadata.finalizers ?? [];
    const guarded = finalizers.includes(PROTECTION)
      ? claim
      : this.#view.update("PersistentVolumeClaim", { ...claim, metadata: { ...claim.metadata, finalizers: [...finalizers, PROTECTION] } });
    this.#bind(guarded);
  }

  /** A claim that names its volume gets it, unless that is another one's, or of an earlier claim of its name, or does not fit. */
  #bindNamed(claim: PersistentVolumeClaim, volumeName: string): void {
    const volume = this.#view.get("PersistentVolume", undefined, volumeName);
    const { namespace = "", name, uid } = claim.metadata;
    if (volume === undefined) return;
    if (!isFreeFor(volume, claim)) {
      const message = `volume "${volumeName}" already bound to a different claim.`;
      return this.#say(claim, { type: "Warning", reason: "FailedBinding", message });
    }
    const misfit = misfitOf(volume, claim);
    if (misfit !== undefined) {
      const message = `Cannot bind to requested volume "${volumeName}": ${misfit}`;
      return this.#say(claim, { type: "Warning", reason: "VolumeMismatch", message });
    }
    const claimRef = { apiVersion: "v1", kind: "PersistentVolumeClaim", namespace, name, uid };
    this.#view.updateStatus("PersistentVolume", this.#view.update("PersistentVolume", { ...volume, spec: { ...volume.spec, claimRef } }), {
      phase: "Bound",
    });
    const accessModes = claim.spec.accessModes ?? [];
    this.#view.updateStatus("PersistentVolumeClaim", claim, { phase: "Bound", accessModes, capacity: volume.spec.capacity ?? {} });
  }

  #bind(given: PersistentVolumeClaim): void {
    if (given.spec.volumeName !== undefined && given.spec.storageClassName === "") return this.#bindNamed(given, given.spec.volumeName);
    const claim = this.#withClass(given);
    const className = claim.spec.storageClassName ?? "";
    const storageClass = this.#view.get("StorageClass", undefined, className);
    if (storageClass === undefined) return this.#refuse(claim, className);
    const node = claim.metadata.annotations?.[SELECTED_NODE];
    if (storageClass.volumeBindingMode === "WaitForFirstConsumer" && node === undefined) {
      return this.#say(claim, { reason: "WaitForFirstConsumer", message: "waiting for first consumer to be created before binding" });
    }
    if (storageClass.provisioner !== LOCAL_PROVISIONER || node === undefined) return this.#awaitProvisioner(claim, storageClass);
    const wish = localWish(storageClass);
    if ("fault" in wish) return this.#fail(claim, className, wish.fault);
    // Devices are given by what knows them: OpenEBS, where it runs.
    if (wish.engine === "device") return this.#awaitProvisioner(claim, storageClass);
    this.#provision(claim, storageClass, node);
  }

  #fail(claim: PersistentVolumeClaim, className: string, fault: string): void {
    const message = `failed to provision volume with StorageClass "${className}": ${fault}`;
    this.#say(claim, { type: "Warning", reason: "ProvisioningFailed", message }, this.#provisioner);
  }

  /** A claim of no class gets the default one, as by admission. */
  #withClass(claim: PersistentVolumeClaim): PersistentVolumeClaim {
    if (claim.spec.storageClassName !== undefined) return claim;
    const standard = this.#view.list("StorageClass").find((candidate) => candidate.metadata.annotations?.[DEFAULT_CLASS] === "true");
    if (standard === undefined) return claim;
    return this.#view.update("PersistentVolumeClaim", { ...claim, spec: { ...claim.spec, storageClassName: standard.metadata.name } });
  }

  #refuse(claim: PersistentVolumeClaim, className: string): void {
    if (className === "") {
      const message = "no persistent volumes available for this claim and no storage class is set";
      return this.#say(claim, { reason: "FailedBinding", message });
    }
    const message = `storageclass.storage.k8s.io "${className}" not found`;
    this.#say(claim, { type: "Warning", reason: "ProvisioningFailed", message });
  }

  #awaitProvisioner(claim: PersistentVolumeClaim, { provisioner }: StorageClass): void {
    const message =
      `Waiting for a volume to be created either by the external provisioner '${provisioner}' or manually by the system administrator. ` +
      "If volume creation is delayed, please verify that the provisioner is running and correctly registered.";
    this.#say(claim, { reason: "ExternalProvisioning", message });
  }

  #provision(claim: PersistentVolumeClaim, storageClass: StorageClass, node: string): void {
    const name = `pvc-${claim.metadata.uid}`;
    const subject = `claim "${claim.metadata.namespace}/${claim.metadata.name}"`;
    if (this.#view.get("PersistentVolume", undefined, name) === undefined) {
      this.#provisioner.record(claim, { reason: "Provisioning", message: `External provisioner is provisioning volume for ${subject}` });
      this.#createVolume(claim, storageClass, { name, node });
      this.#provisioner.record(claim, { reason: "ProvisioningSucceeded", message: `Successfully provisioned volume ${name}` });
    }
    const bound = this.#view.update("PersistentVolumeClaim", { ...claim, spec: { ...claim.spec, volumeName: name } });
    const capacity = claim.spec.resources?.requests ?? {};
    this.#view.updateStatus("PersistentVolumeClaim", bound, { phase: "Bound", accessModes: claim.spec.accessModes ?? [], capacity });
  }

  #createVolume(claim: PersistentVolumeClaim, storageClass: StorageClass, at: { readonly name: string; readonly node: string }): void {
    const { namespace = "", name, uid } = claim.metadata;
    const volume = this.#view.create("PersistentVolume", {
      metadata: { name: at.name, annotations: { "pv.kubernetes.io/provisioned-by": storageClass.provisioner } },
      spec: {
        capacity: claim.spec.resources?.requests ?? {},
        accessModes: claim.spec.accessModes ?? [],
        claimRef: { apiVersion: "v1", kind: "PersistentVolumeClaim", namespace, name, uid },
        local: { path: `/var/openebs/local/${at.name}`, fsType: "" },
        nodeAffinity: {
          required: { nodeSelectorTerms: [{ matchExpressions: [{ key: HOSTNAME, operator: "In", values: [at.node] }] }] },
        },
        persistentVolumeReclaimPolicy: storageClass.reclaimPolicy ?? "Delete",
        storageClassName: storageClass.metadata.name,
      },
    });
    this.#view.updateStatus("PersistentVolume", volume, { phase: "Bound" });
  }

  #checkVolume(claim: PersistentVolumeClaim): undefined {
    if (this.#view.get("PersistentVolume", undefined, claim.spec.volumeName ?? "") !== undefined) return;
    this.#say(claim, {
      type: "Warning",
      reason: "ClaimLost",
      message: "Bound claim has lost its PersistentVolume. Data on the volume is lost!",
    });
    this.#view.updateStatus("PersistentVolumeClaim", claim, { ...claim.status, phase: "Lost" });
  }

  #release(claim: PersistentVolumeClaim): undefined {
    const { namespace, name } = claim.metadata;
    const isUsed = this.#view.list("Pod", namespace).some((pod) => !isEnded(pod) && claimNames(pod).includes(name));
    const before = claim.metadata.finalizers ?? [];
    if (isUsed || !before.includes(PROTECTION)) return;
    const finalizers = before.filter((finalizer) => finalizer !== PROTECTION);
    this.#view.update("PersistentVolumeClaim", { ...claim, metadata: { ...claim.metadata, finalizers } });
  }

  #dropVolumes(namespace: string, name: string): undefined {
    for (const volume of this.#view.list("PersistentVolume")) {
      const { claimRef, persistentVolumeReclaimPolicy } = volume.spec;
      if (claimRef?.namespace !== namespace || claimRef.name !== name) continue;
      if (persistentVolumeReclaimPolicy === "Delete") this.#view.remove("PersistentVolume", volume);
      else this.#view.updateStatus("PersistentVolume", volume, { phase: "Released" });
    }
  }

  /** Once per claim and reason: the state is looked at more often than it changes. */
  #say(claim: PersistentVolumeClaim, text: EventText, recorder = this.#binder): void {
    const isTold = this.#view
      .list("Event", claim.metadata.namespace)
      .some((event) => event.involvedObject.uid === claim.metadata.uid && event.reason === text.reason && event.message === text.message);
    if (!isTold) recorder.record(claim, text);
  }
}
