import type { KubeObject, OwnerReference } from "../kube-object.ts";
import type { LabelSelector, Pod, PodTemplate } from "../workload-objects.ts";
import type { ClusterView } from "./cluster-view.ts";
import { isTrue } from "./conditions.ts";
import type { EventRecorder } from "./event-recorder.ts";
import { selects } from "./selectors.ts";

export const isReady = (pod: Pod): boolean => isTrue(pod.status?.conditions, "Ready");

export const isEnded = (pod: Pod): boolean => pod.status?.phase === "Succeeded" || pod.status?.phase === "Failed";

/** Neither ended nor on its way out. */
export const isActive = (pod: Pod): boolean => !isEnded(pod) && pod.metadata.deletionTimestamp === undefined;

export const controllerOf = (object: KubeObject): OwnerReference | undefined =>
  (object.metadata.ownerReferences ?? []).find((reference) => reference.controller === true);

export const ownerReference = (owner: KubeObject): OwnerReference & { readonly blockOwnerDeletion: boolean } => ({
  apiVersion: owner.apiVersion,
  kind: owner.kind,
  name: owner.metadata.name,
  uid: owner.metadata.uid,
  controller: true,
  blockOwnerDeletion: true,
});

export const podsOf = (view: ClusterView, owner: KubeObject): readonly Pod[] =>
  view.list("Pod", owner.metadata.namespace).filter((pod) => controllerOf(pod)?.uid === owner.metadata.uid);

interface Selecting extends KubeObject {
  readonly spec: { readonly selector: LabelSelector };
}

export interface Adopted {
  readonly kind: "Pod" | "ReplicaSet";
  /** Any name when left out. */
  readonly isNamed?: (name: string) => boolean;
}

/** Takes in what its selector picks and nobody controls: what came back from a backup has no owner. */
export const adopt = (view: ClusterView, owner: Selecting, { kind, isNamed = () => true }: Adopted): void => {
  for (const object of view.list(kind, owner.metadata.namespace)) {
    const { metadata } = object;
    const isFree = controllerOf(object) === undefined && metadata.deletionTimestamp === undefined;
    if (!isFree || !isNamed(metadata.name) || !selects(owner.spec.selector, metadata.labels)) continue;
    const ownerReferences = [...(metadata.ownerReferences ?? []), ownerReference(owner)];
    view.update(kind, { ...object, metadata: { ...metadata, ownerReferences } });
  }
};

/** Key of the controlling owner of this kind, as an event of a dependent enqueues it. */
export const ownerKey = (object: KubeObject, kind: string): readonly string[] => {
  const owner = controllerOf(object);
  return owner?.kind === kind ? [`${object.metadata.namespace ?? ""}/${owner.name}`] : [];
};

export interface PodOrder {
  readonly owner: KubeObject;
  readonly template: PodTemplate;
  readonly name?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly spec?: object;
}

/** Makes a pod of a template and says so in an event of its owner. */
export const createPod = (view: ClusterView, events: EventRecorder, order: PodOrder): Pod => {
  const { owner, template } = order;
  const pod = view.create("Pod", {
    metadata: {
      ...(order.name === undefined ? { generateName: `${owner.metadata.name}-` } : { name: order.name }),
      ...(owner.metadata.namespace === undefined ? {} : { namespace: owner.metadata.namespace }),
      labels: { ...template.metadata?.labels, ...order.labels },
      ...(template.metadata?.annotations === undefined ? {} : { annotations: template.metadata.annotations }),
      ownerReferences: [ownerReference(owner)],
    },
    spec: { ...template.spec, ...order.spec },
  });
  if (owner.kind !== "StatefulSet") events.record(owner, { reason: "SuccessfulCreate", message: `Created pod: ${pod.metadata.name}` });
  return pod;
};

export const deletePod = (view: ClusterView, events: EventRecorder, parts: { readonly owner: KubeObject; readonly pod: Pod }): void => {
  view.remove("Pod", parts.pod);
  if (parts.owner.kind === "StatefulSet") return;
  events.record(parts.owner, { reason: "SuccessfulDelete", message: `Deleted pod: ${parts.pod.metadata.name}` });
};
