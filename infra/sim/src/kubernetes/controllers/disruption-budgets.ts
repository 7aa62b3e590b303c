import type { ClusterView } from "./cluster-view.ts";
import { controllerOf } from "./pods.ts";
import { shareOf } from "./rolling-update.ts";
import { selects } from "./selectors.ts";
import type { DisruptionBudget, Pod } from "../workload-objects.ts";

/** The pods that a budget speaks of; without a selector it speaks of none. */
export const budgetPods = (budget: DisruptionBudget, pods: readonly Pod[]): readonly Pod[] => {
  const { selector } = budget.spec;
  return selector === undefined ? [] : pods.filter((pod) => selects(selector, pod.metadata.labels));
};

interface Scale {
  readonly uid: string;
  readonly replicas: number;
}

const scaleOf = (view: ClusterView, pod: Pod): Scale | undefined => {
  const owner = controllerOf(pod);
  const { namespace } = pod.metadata;
  const isStateful = owner?.kind === "StatefulSet";
  const set = isStateful ? view.get("StatefulSet", namespace, owner.name) : view.get("ReplicaSet", namespace, owner?.name ?? "");
  if (set === undefined || set.metadata.uid !== owner?.uid) return undefined;
  const above = controllerOf(set);
  const deployment = above?.kind === "Deployment" ? view.get("Deployment", namespace, above.name) : undefined;
  const scaled = deployment ?? set;
  return { uid: scaled.metadata.uid, replicas: scaled.spec.replicas ?? 1 };
};

const scaledReplicas = (view: ClusterView, pods: readonly Pod[]): number => {
  const scales = new Map(pods.flatMap((pod) => scaleOf(view, pod) ?? []).map(({ uid, replicas }) => [uid, replicas]));
  return [...scales.values()].reduce((sum, replicas) => sum + replicas, 0);
};

export interface Expectation {
  readonly expectedPods: number;
  readonly desiredHealthy: number;
}

/** How many pods a budget reckons with and how many must be healthy: shares are of what the pods' owners want, not of what is there. */
export const expectationOf = (view: ClusterView, { spec }: DisruptionBudget, pods: readonly Pod[]): Expectation => {
  const { minAvailable, maxUnavailable } = spec;
  if (maxUnavailable !== undefined) {
    const expectedPods = scaledReplicas(view, pods);
    return { expectedPods, desiredHealthy: Math.max(expectedPods - shareOf(maxUnavailable, expectedPods, Math.ceil), 0) };
  }
  if (typeof minAvailable === "number") return { expectedPods: pods.length, desiredHealthy: minAvailable };
  if (minAvailable === undefined) return { expectedPods: 0, desiredHealthy: 0 };
  const expectedPods = scaledReplicas(view, pods);
  return { expectedPods, desiredHealthy: shareOf(minAvailable, expectedPods, Math.ceil) };
};
