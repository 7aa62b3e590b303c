import type { Node, PersistentVolumeClaim, Pod } from "../workload-objects.ts";
import type { ClusterView } from "./cluster-view.ts";
import { termMatches } from "./selectors.ts";

/** Annotation by which the scheduler tells a provisioner where the first consumer will run. */
export const SELECTED_NODE = "volume.kubernetes.io/selected-node";

const isBound = (claim: PersistentVolumeClaim): boolean => claim.status?.phase === "Bound" && claim.spec.volumeName !== undefined;

/** What the claims of a pod mean for where it can run. */
export class ClaimPlacement {
  readonly #view: ClusterView;

  constructor(view: ClusterView) {
    this.#view = view;
  }

  /** Why no node at all can take the pod: a claim that is missing or that nobody will bind. */
  obstacle(pod: Pod): string | undefined {
    for (const name of claimNames(pod)) {
      const claim = this.#view.get("PersistentVolumeClaim", pod.metadata.namespace, name);
      if (claim === undefined) return `persistentvolumeclaim "${name}" not found`;
      if (claim.metadata.deletionTimestamp !== undefined) return `persistentvolumeclaim "${name}" is being deleted`;
      if (!isBound(claim) && !this.#waitsForConsumer(claim)) return "pod has unbound immediate PersistentVolumeClaims";
    }
    return undefined;
  }

  unfitReasons(pod: Pod, node: Node): readonly string[] {
    const seen = { name: node.metadata.name, labels: node.metadata.labels };
    const fits = this.#claims(pod).every((claim) => {
      const volume = isBound(claim) ? this.#view.get("PersistentVolume", undefined, claim.spec.volumeName ?? "") : undefined;
      const terms = volume?.spec.nodeAffinity?.required.nodeSelectorTerms;
      return terms === undefined || terms.some((term) => termMatches(term, seen));
    });
    return fits ? [] : ["node(s) didn't match PersistentVolume's node affinity"];
  }

  /** Names the node on each unbound claim; true when the pod has to wait for them. */
  reserve(pod: Pod, node: Node): boolean {
    const unbound = this.#claims(pod).filter((claim) => !isBound(claim));
    for (const claim of unbound) {
      if (claim.metadata.annotations?.[SELECTED_NODE] === node.metadata.name) continue;
      const annotations = { ...claim.metadata.annotations, [SELECTED_NODE]: node.metadata.name };
      this.#view.update("PersistentVolumeClaim", { ...claim, metadata: { ...claim.metadata, annotations } });
    }
    return unbound.length > 0;
  }

  #claims(pod: Pod): readonly PersistentVolumeClaim[] {
    return claimNames(pod).flatMap((name) => this.#view.get("PersistentVolumeClaim", pod.metadata.namespace, name) ?? []);
  }

  #waitsForConsumer(claim: PersistentVolumeClaim): boolean {
    const storageClass = this.#view.get("StorageClass", undefined, claim.spec.storageClassName ?? "");
    return storageClass?.volumeBindingMode === "WaitForFirstConsumer";
  }
}

/** Names of the claims that a pod mounts. */
export const claimNames = (pod: Pod): readonly string[] =>
  (pod.spec.volumes ?? []).flatMap((volume) => volume.persistentVolumeClaim?.claimName ?? []);
