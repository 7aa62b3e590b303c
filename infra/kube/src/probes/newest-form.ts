import { KINDS, type Pod, type Workload } from "../kinds.ts";
import type { KindRef } from "../kube-client.ts";
import type { KindScope, KubeView } from "../view.ts";

const REVISION = "deployment.kubernetes.io/revision";
const REVISION_HASH = "controller-revision-hash";
const GENERATION = "pod-template-generation";
const TEMPLATE_GENERATION = "deprecated.daemonset.template.generation";

/** Of a Deployment: which of its ReplicaSets is the newest tells which pods are. */
export const formKinds = (kind: KindRef, namespace: string): readonly KindScope[] =>
  kind.kind === KINDS.deployment.kind ? [{ ...KINDS.replicaSet, namespace, optional: true }] : [];

type IsNewest = (pod: Pod) => boolean;

const labelOf = (pod: Pod, label: string): string | undefined => pod.metadata.labels?.[label];
const isOwnedBy = ({ metadata }: Pod | Workload, owner: { readonly kind: string; readonly name: string }): boolean =>
  (metadata.ownerReferences ?? []).some(({ kind, name }) => kind === owner.kind && name === owner.name);

/** Where nothing tells which form is the newest: all pods are of one form, and the workload has counted pods of its newest one. */
const ifAllAreOne = (forms: readonly (string | undefined)[], updated: number | undefined): IsNewest => {
  const isOne = new Set(forms).size <= 1 && updated !== 0;
  return () => isOne;
};

const ifRevisionsAreOne = (pods: readonly Pod[], updated: number | undefined): IsNewest =>
  ifAllAreOne(
    pods.map((pod) => labelOf(pod, REVISION_HASH)),
    updated,
  );

const ofDeployment = (view: KubeView, deployment: Workload, pods: readonly Pod[]): IsNewest => {
  const { metadata } = deployment;
  const sets = view
    .list<Workload>(KINDS.replicaSet, metadata.namespace)
    .filter((set) => isOwnedBy(set, { kind: deployment.kind, name: metadata.name }));
  const owners = pods.map((pod) => pod.metadata.ownerReferences?.[0]?.name);
  if (sets.length === 0) return ifAllAreOne(owners, undefined);
  // Kinds come by watches of their own: a ReplicaSet may be heard of a moment later than its revision.
  const newest = sets.find((set) => set.metadata.annotations?.[REVISION] === metadata.annotations?.[REVISION]);
  return (pod) => newest !== undefined && isOwnedBy(pod, { kind: newest.kind, name: newest.metadata.name });
};

const ofStatefulSet = ({ status }: Workload, pods: readonly Pod[]): IsNewest => {
  const { updateRevision, updatedReplicas } = status ?? {};
  if (updateRevision === undefined) return ifRevisionsAreOne(pods, updatedReplicas);
  return (pod) => labelOf(pod, REVISION_HASH) === updateRevision;
};

const ofDaemonSet = ({ metadata, status }: Workload, pods: readonly Pod[]): IsNewest => {
  const generation = metadata.annotations?.[TEMPLATE_GENERATION];
  const isTold = generation !== undefined && pods.every((pod) => labelOf(pod, GENERATION) !== undefined);
  if (!isTold) return ifRevisionsAreOne(pods, status?.updatedNumberScheduled ?? 0);
  return (pod) => labelOf(pod, GENERATION) === generation;
};

/** Tells pods of a workload's newest form from older ones, which are on their way out, whatever is wrong with them. */
export const newestForm = (view: KubeView, workload: Workload, pods: readonly Pod[]): IsNewest => {
  if (workload.kind === KINDS.deployment.kind) return ofDeployment(view, workload, pods);
  if (workload.kind === KINDS.statefulSet.kind) return ofStatefulSet(workload, pods);
  if (workload.kind === KINDS.daemonSet.kind) return ofDaemonSet(workload, pods);
  return () => true;
};
