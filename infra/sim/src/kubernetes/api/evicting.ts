import { ApiStatusError, badRequest, forbidden } from "../api-status.ts";
import { isTrue, withCondition } from "../controllers/conditions.ts";
import { budgetPods } from "../controllers/disruption-budgets.ts";
import { kubeTime } from "../object-birth.ts";
import { at } from "../printing/fields.ts";
import type { DisruptionBudget, Pod } from "../workload-objects.ts";
import { objectBody } from "./body.ts";
import { json, type Answer, type Call } from "./call.ts";
import { checkPreconditions, deleteOptionsOf, type DeleteOptions } from "./deleting.ts";
import { existing } from "./reading.ts";
import type { Target } from "./target.ts";
import { writtenStore } from "./writing.ts";

const EVICTED = { kind: "Status", apiVersion: "v1", metadata: {}, status: "Success", code: 201 } as const;
const RETRY_SECONDS = 10;

const tooMany = (because: string, retryAfterSeconds?: number): ApiStatusError =>
  new ApiStatusError({
    code: 429,
    reason: "TooManyRequests",
    message: "Cannot evict pod as it would violate the pod's disruption budget.",
    details: {
      causes: [{ reason: "DisruptionBudget", message: because }],
      ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
    },
  });

const PDB = { group: "policy", plural: "poddisruptionbudget" };

const refuseExhausted = ({ metadata, status }: DisruptionBudget): void => {
  const { disruptionsAllowed = 0, desiredHealthy = 0, currentHealthy = 0, observedGeneration = 0 } = status ?? {};
  const { name } = metadata;
  if (observedGeneration < (metadata.generation ?? 0)) {
    throw tooMany(`The disruption budget ${name} is still being processed by the server.`, RETRY_SECONDS);
  }
  if (disruptionsAllowed < 0) throw forbidden(PDB, name, { message: "pdb disruptions allowed is negative" });
  if (disruptionsAllowed > 0) return;
  throw tooMany(`The disruption budget ${name} needs ${desiredHealthy} healthy pods and has ${currentHealthy} currently`);
};

/** Pods that do no work yet or any more may always go. */
const isFree = ({ metadata, status }: Pod): boolean =>
  metadata.deletionTimestamp !== undefined || ["Succeeded", "Failed", "Pending"].includes(status?.phase ?? "Pending");

const budgetOf = (call: Call, pod: Pod): DisruptionBudget | undefined => {
  const { store } = call.process;
  const all = store.list(store.resource("PodDisruptionBudget"), pod.metadata.namespace) as unknown as readonly DisruptionBudget[];
  const [budget, second] = all.filter((candidate) => budgetPods(candidate, [pod]).length > 0);
  if (second === undefined) return budget;
  throw new ApiStatusError({
    code: 500,
    reason: "InternalError",
    message: "This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.",
  });
};

/** An unready pod does not count as healthy, so that its end takes nothing away. */
const isUncounted = (pod: Pod, { spec, status }: DisruptionBudget): boolean => {
  if (isTrue(pod.status?.conditions, "Ready")) return false;
  if (spec.unhealthyPodEvictionPolicy === "AlwaysAllow") return true;
  const { currentHealthy = 0, desiredHealthy = 0 } = status ?? {};
  return desiredHealthy > 0 && currentHealthy >= desiredHealthy;
};

const spend = (call: Call, pod: Pod, budget: DisruptionBudget): void => {
  refuseExhausted(budget);
  const store = writtenStore(call);
  const now = kubeTime(call.process.now());
  const disruptionsAllowed = (budget.status?.disruptionsAllowed ?? 1) - 1;
  const spent = { type: "DisruptionAllowed", status: "False", reason: "InsufficientPods", message: "" } as const;
  const status = {
    ...budget.status,
    disruptionsAllowed,
    ...(disruptionsAllowed > 0 ? {} : { conditions: withCondition(budget.status?.conditions, spent, now) }),
    disruptedPods: { ...budget.status?.disruptedPods, [pod.metadata.name]: now },
  };
  store.updateStatus(store.resource("PodDisruptionBudget"), { ...budget, status });
};

const removePod = (call: Call, target: Target, options: DeleteOptions): void => {
  const store = writtenStore(call);
  const pod = existing(call, target) as Pod;
  const condition = {
    type: "DisruptionTarget",
    status: "True",
    reason: "EvictionByEvictionAPI",
    message: "Eviction API: evicting",
  } as const;
  const conditions = withCondition(pod.status?.conditions, condition, kubeTime(call.process.now()));
  store.updateStatus(target.resource, { ...pod, status: { ...pod.status, conditions } });
  store.delete(target.resource, pod.metadata.namespace, pod.metadata.name, options);
};

/**
 * Evicts a pod if its disruption budget lets it. Errors: 400 for an eviction of another pod, 429 when the budget is spent or
 * not counted yet, 500 when the pod has two.
 */
export const evictPod = (call: Call, target: Target): Answer => {
  const pod = existing(call, target) as Pod;
  const body = objectBody(call);
  const name = at(body, "metadata.name");
  if (name !== undefined && name !== pod.metadata.name) throw badRequest("name in URL does not match name in Eviction object");
  const options = deleteOptionsOf(at(body, "deleteOptions"));
  checkPreconditions(target.resource, pod, options);
  const budget = isFree(pod) ? undefined : budgetOf(call, pod);
  if (budget !== undefined && !isUncounted(pod, budget)) spend(call, pod, budget);
  removePod(call, target, options);
  return json(EVICTED, 201);
};
