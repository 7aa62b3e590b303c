import type { Condition, Deployment, ReplicaSet, WorkloadStatus } from "../workload-objects.ts";
import type { ClusterView } from "./cluster-view.ts";
import { findCondition, withCondition } from "./conditions.ts";
import { limitsOf } from "./rolling-update.ts";

interface Owned {
  readonly sets: readonly ReplicaSet[];
  readonly newest: ReplicaSet | undefined;
}

interface Counts {
  readonly replicas: number;
  readonly updatedReplicas: number;
  readonly readyReplicas: number;
  readonly availableReplicas: number;
}

const countsOf = ({ sets, newest }: Owned): Counts => {
  const sum = (field: "replicas" | "readyReplicas" | "availableReplicas"): number =>
    sets.reduce((total, set) => total + (set.status?.[field] ?? 0), 0);
  return {
    replicas: sum("replicas"),
    updatedReplicas: newest?.status?.replicas ?? 0,
    readyReplicas: sum("readyReplicas"),
    availableReplicas: sum("availableReplicas"),
  };
};

const available = (deployment: Deployment, counts: Counts): Condition => {
  const desired = deployment.spec.replicas ?? 1;
  const { maxUnavailable } = limitsOf(desired, deployment.spec.strategy?.rollingUpdate ?? {});
  const least = deployment.spec.strategy?.type === "Recreate" ? desired : desired - maxUnavailable;
  return counts.availableReplicas >= least
    ? { type: "Available", status: "True", reason: "MinimumReplicasAvailable", message: "Deployment has minimum availability." }
    : {
        type: "Available",
        status: "False",
        reason: "MinimumReplicasUnavailable",
        message: "Deployment does not have minimum availability.",
      };
};

const isComplete = (deployment: Deployment, counts: Counts): boolean => {
  const desired = deployment.spec.replicas ?? 1;
  return counts.updatedReplicas === desired && counts.replicas === desired && counts.availableReplicas === desired;
};

const moved = (before: WorkloadStatus, counts: Counts): boolean =>
  counts.updatedReplicas > (before.updatedReplicas ?? 0) ||
  counts.readyReplicas > (before.readyReplicas ?? 0) ||
  counts.availableReplicas > (before.availableReplicas ?? 0) ||
  counts.replicas - counts.updatedReplicas < (before.replicas ?? 0) - (before.updatedReplicas ?? 0);

const deadlineMs = (deployment: Deployment): number => (deployment.spec.progressDeadlineSeconds ?? 600) * 1000;

const lateMs = (view: ClusterView, deployment: Deployment, condition: Condition): number =>
  view.since(condition.lastUpdateTime ?? condition.lastTransitionTime ?? view.now()) - deadlineMs(deployment);

const isWaiting = (condition: Condition | undefined): condition is Condition =>
  condition !== undefined && condition.reason !== "NewReplicaSetAvailable" && condition.reason !== "ProgressDeadlineExceeded";

type Text = Pick<Condition, "status" | "reason" | "message">;

/** What the condition says now; undefined when nothing is new. */
const progress = (view: ClusterView, deployment: Deployment, parts: Owned & { readonly counts: Counts }): Text | undefined => {
  const before = findCondition(deployment.status?.conditions, "Progressing");
  const name = parts.newest?.metadata.name ?? "";
  const goesOn: Text = { status: "True", reason: "ReplicaSetUpdated", message: `ReplicaSet "${name}" is progressing.` };
  if (isComplete(deployment, parts.counts)) {
    return { status: "True", reason: "NewReplicaSetAvailable", message: `ReplicaSet "${name}" has successfully progressed.` };
  }
  if (before === undefined) return { status: "True", reason: "NewReplicaSetCreated", message: `Created new replica set "${name}"` };
  if (moved(deployment.status ?? {}, parts.counts)) return goesOn;
  if (before.reason === "NewReplicaSetAvailable" && before.message?.includes(`"${name}"`) !== true) return goesOn;
  if (!isWaiting(before) || lateMs(view, deployment, before) < 0) return undefined;
  return { status: "False", reason: "ProgressDeadlineExceeded", message: `ReplicaSet "${name}" has timed out progressing.` };
};

const progressing = (view: ClusterView, deployment: Deployment, parts: Owned & { readonly counts: Counts }): Condition => {
  const before = findCondition(deployment.status?.conditions, "Progressing");
  const text = progress(view, deployment, parts);
  const isSettled = text === undefined || (text.reason !== "ReplicaSetUpdated" && text.message === before?.message);
  if (before !== undefined && isSettled) return before;
  return { type: "Progressing", status: "True", ...text, lastUpdateTime: view.now() };
};

/** The status of a deployment as its controller would write it now. */
export const deploymentStatus = (view: ClusterView, deployment: Deployment, owned: Owned): WorkloadStatus => {
  const counts = countsOf(owned);
  const now = view.now();
  const first = available(deployment, counts);
  const last = findCondition(deployment.status?.conditions, "Available");
  const lastUpdateTime = last?.status === first.status ? (last.lastUpdateTime ?? now) : now;
  const conditions = withCondition(deployment.status?.conditions, { ...first, lastUpdateTime }, now);
  const desired = deployment.spec.replicas ?? 1;
  const unavailable = Math.max(Math.max(desired, counts.replicas) - counts.availableReplicas, 0);
  return {
    observedGeneration: deployment.metadata.generation ?? 1,
    ...Object.fromEntries(Object.entries(counts).filter(([, value]) => value > 0)),
    ...(unavailable === 0 ? {} : { unavailableReplicas: unavailable }),
    conditions: withCondition(conditions, progressing(view, deployment, { ...owned, counts }), now),
  };
};

/** Simulated milliseconds until the rollout counts as stuck; undefined when it is done or already stuck. */
export const deadlineLeftMs = (view: ClusterView, deployment: Deployment, status: WorkloadStatus): number | undefined => {
  const condition = findCondition(status.conditions, "Progressing");
  return isWaiting(condition) ? Math.max(-lateMs(view, deployment, condition), 1000) : undefined;
};
