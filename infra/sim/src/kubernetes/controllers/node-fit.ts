import type { Node, Pod, PodSpec, Taint } from "../workload-objects.ts";
import { parseQuantity } from "./quantity.ts";
import { isTolerated, labelsMatch, termMatches } from "./selectors.ts";

/** Whether node selector and required node affinity let the pod onto the node. */
export const affinityFits = (spec: PodSpec, node: Node): boolean => {
  const terms = spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms;
  const seen = { name: node.metadata.name, labels: node.metadata.labels };
  return (
    labelsMatch(spec.nodeSelector ?? {}, node.metadata.labels) && (terms === undefined || terms.some((term) => termMatches(term, seen)))
  );
};

/** The first taint that keeps the pod away. */
export const untolerated = (spec: PodSpec, node: Node): Taint | undefined =>
  (node.spec?.taints ?? []).find((taint) => taint.effect !== "PreferNoSchedule" && !isTolerated(spec.tolerations, taint));

const requestOf = (spec: PodSpec, resource: "cpu" | "memory"): number =>
  spec.containers.reduce((sum, container) => sum + parseQuantity(container.resources?.requests?.[resource]), 0);

const lacks = (resource: "cpu" | "memory", spec: PodSpec, parts: { readonly node: Node; readonly pods: readonly Pod[] }): boolean => {
  const wanted = requestOf(spec, resource);
  if (wanted === 0) return false;
  const used = parts.pods.reduce((sum, pod) => sum + requestOf(pod.spec, resource), 0);
  return used + wanted > parseQuantity(parts.node.status?.allocatable?.[resource]);
};

/** Why the pod does not fit onto the node, in the scheduler's words; empty when it does. `pods`: those that the node holds. */
export const unfitReasons = (spec: PodSpec, node: Node, pods: readonly Pod[]): readonly string[] => {
  const taint = untolerated(spec, node);
  if (taint !== undefined) return [`node(s) had untolerated taint {${taint.key}: ${taint.value ?? ""}}`];
  if (!affinityFits(spec, node)) return ["node(s) didn't match Pod's node affinity/selector"];
  const reasons = [
    ...(lacks("cpu", spec, { node, pods }) ? ["Insufficient cpu"] : []),
    ...(lacks("memory", spec, { node, pods }) ? ["Insufficient memory"] : []),
  ];
  const most = parseQuantity(node.status?.allocatable?.["pods"] ?? "110");
  return pods.length >= most ? [...reasons, "Too many pods"] : reasons;
};
