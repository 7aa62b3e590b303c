import type { StoreEvent } from "../store.ts";
import type { DisruptionBudget, Pod } from "../workload-objects.ts";
import type { ClusterView } from "./cluster-view.ts";
import { withCondition } from "./conditions.ts";
import { keyOf, splitKey, type Controller } from "./controller.ts";
import { budgetPods, expectationOf } from "./disruption-budgets.ts";
import { isReady } from "./pods.ts";

/** For so long an evicted pod counts as gone although it is still there. */
const EVICTION_MS = 120_000;
const SCALED = new Set(["Deployment", "ReplicaSet", "StatefulSet"]);

/** Tells in the status of each PodDisruptionBudget how many of its pods may be evicted. */
export class DisruptionController implements Controller {
  readonly name = "disruption";
  readonly #view: ClusterView;

  constructor(view: ClusterView) {
    this.#view = view;
  }

  affected(event: StoreEvent): readonly string[] {
    const { kind } = event.resource;
    const { namespace } = event.object.metadata;
    if (kind === "PodDisruptionBudget") return event.type === "DELETED" ? [] : [keyOf(event.object)];
    if (kind !== "Pod" && !SCALED.has(kind)) return [];
    const budgets = this.#view.list("PodDisruptionBudget", namespace);
    if (budgets.length === 0 || kind !== "Pod") return budgets.map(keyOf);
    const pods = [event.object, event.before].filter((pod) => pod !== undefined) as Pod[];
    return budgets.filter((budget) => budgetPods(budget, pods).length > 0).map(keyOf);
  }

  reconcile(key: string): number | undefined {
    const { namespace, name } = splitKey(key);
    const budget = this.#view.get("PodDisruptionBudget", namespace, name);
    if (budget === undefined) return undefined;
    const pods = budgetPods(budget, this.#view.list("Pod", namespace));
    const present = pods.filter((pod) => pod.metadata.deletionTimestamp === undefined);
    const disrupted = Object.entries(budget.status?.disruptedPods ?? {}).filter(
      ([pod, since]) => this.#view.since(since) < EVICTION_MS && present.some(({ metadata }) => metadata.name === pod),
    );
    const leaving = new Set(disrupted.map(([pod]) => pod));
    const currentHealthy = present.filter((pod) => isReady(pod) && !leaving.has(pod.metadata.name)).length;
    this.#tell(budget, { ...expectationOf(this.#view, budget, pods), currentHealthy, disrupted });
    const ages = disrupted.map(([, since]) => EVICTION_MS - this.#view.since(since));
    return ages.length === 0 ? undefined : Math.min(...ages);
  }

  #tell(budget: DisruptionBudget, counts: Counts): void {
    const { currentHealthy, desiredHealthy, expectedPods, disrupted } = counts;
    const disruptionsAllowed = expectedPods <= 0 ? 0 : Math.max(currentHealthy - desiredHealthy, 0);
    const isAllowed = disruptionsAllowed > 0;
    const observedGeneration = budget.metadata.generation ?? 1;
    const condition = {
      type: "DisruptionAllowed",
      status: isAllowed ? "True" : "False",
      reason: isAllowed ? "SufficientPods" : "InsufficientPods",
      message: "",
      observedGeneration,
    } as const;
    this.#view.updateStatus("PodDisruptionBudget", budget, {
      observedGeneration,
      ...(disrupted.length === 0 ? {} : { disruptedPods: Object.fromEntries(disrupted) }),
      disruptionsAllowed,
      currentHealthy,
      desiredHealthy,
      expectedPods,
      conditions: withCondition(budget.status?.conditions, condition, this.#view.now()),
    });
  }
}

interface Counts {
  readonly currentHealthy: number;
  readonly desiredHealthy: number;
  readonly expectedPods: number;
  readonly disrupted: readonly (readonly [string, string])[];
}
