import type { StoreEvent } from "../store.ts";
import type { Node, Pod } from "../workload-objects.ts";
import { ClaimPlacement } from "./claim-placement.ts";
import type { ClusterView } from "./cluster-view.ts";
import { withCondition } from "./conditions.ts";
import { keyOf, splitKey, type Controller } from "./controller.ts";
import { EventRecorder } from "./event-recorder.ts";
import { unfitReasons } from "./node-fit.ts";
import { controllerOf, isEnded } from "./pods.ts";

const WAKING_KINDS: ReadonlySet<string> = new Set(["Node", "PersistentVolumeClaim", "PersistentVolume", "StorageClass"]);

const isUnscheduled = (pod: Pod): boolean =>
  pod.spec.nodeName === undefined && pod.metadata.deletionTimestamp === undefined && !isEnded(pod);

/** `2 Insufficient cpu, 1 node(s) had …`: how many nodes say what, as the scheduler counts them. */
const countReasons = (reasons: readonly string[]): string => {
  const counts = new Map<string, number>();
  for (const reason of reasons) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  return [...counts]
    .map(([reason, count]) => `${count} ${reason}`)
    .toSorted()
    .join(", ");
};

interface Judged {
  readonly node: Node;
  readonly pods: readonly Pod[];
  readonly reasons: readonly string[];
}

export class Scheduler implements Controller {
  readonly name = "scheduler";
  readonly #view: ClusterView;
  readonly #events: EventRecorder;
  readonly #claims: ClaimPlacement;

  constructor(view: ClusterView) {
    this.#view = view;
    this.#events = new EventRecorder(view, { component: "default-scheduler" });
    this.#claims = new ClaimPlacement(view);
  }

  affected(event: StoreEvent): readonly string[] {
    if (WAKING_KINDS.has(event.resource.kind)) return this.#pending();
    if (event.resource.kind !== "Pod") return [];
    const pod = event.object as Pod;
    const isRoomMade = event.type === "DELETED" || (isEnded(pod) && event.before !== undefined && !isEnded(event.before as Pod));
    if (isRoomMade) return this.#pending();
    return event.type === "ADDED" && isUnscheduled(pod) ? [keyOf(pod)] : [];
  }

  reconcile(key: string): undefined {
    const { namespace, name } = splitKey(key);
    const pod = this.#view.get("Pod", namespace, name);
    if (pod === undefined || !isUnscheduled(pod)) return;
    const obstacle = this.#claims.obstacle(pod);
    const judged = this.#judge(pod);
    if (obstacle !== undefined) return this.#refuse(pod, `0/${judged.length} nodes are available: ${obstacle}.`, judged.length);
    const best = this.#best(pod, judged);
    if (best === undefined) return this.#refuseAll(pod, judged);
    // The pod follows once the volumes that now know their node are bound.
    if (this.#claims.reserve(pod, best)) return;
    this.#bind(pod, best.metadata.name);
  }

  #pending(): readonly string[] {
    return this.#view.list("Pod").filter(isUnscheduled).map(keyOf);
  }

  #judge(pod: Pod): readonly Judged[] {
    const pods = this.#view.list("Pod").filter((other) => !isEnded(other));
    return this.#view.list("Node").map((node) => {
      const own = pods.filter((other) => other.spec.nodeName === node.metadata.name);
      const unfit = unfitReasons(pod.spec, node, own);
      return { node, pods: own, reasons: unfit.length > 0 ? unfit : this.#claims.unfitReasons(pod, node) };
    });
  }

  /** The node with the fewest pods of the same owner, then with the fewest pods. */
  #best(pod: Pod, judged: readonly Judged[]): Node | undefined {
    const owner = controllerOf(pod)?.uid;
    const rank = ({ pods }: Judged): number =>
      1000 * pods.filter((other) => owner !== undefined && controllerOf(other)?.uid === owner).length + pods.length;
    return judged.filter(({ reasons }) => reasons.length === 0).toSorted((a, b) => rank(a) - rank(b))[0]?.node;
  }

  #refuseAll(pod: Pod, judged: readonly Judged[]): undefined {
    const total = judged.length;
    if (total === 0) return this.#refuse(pod, "no nodes available to schedule pods", 0);
    const message = `0/${total} nodes are available: ${countReasons(judged.flatMap(({ reasons }) => reasons))}.`;
    this.#refuse(pod, message, total);
  }

  #refuse(pod: Pod, because: string, total: number): undefined {
    const preemption = `preemption: 0/${total} nodes are available: ${total} Preemption is not helpful for scheduling.`;
    const message = total === 0 ? because : `${because} no new claims to deallocate, ${preemption}`;
    this.#events.record(pod, { type: "Warning", reason: "FailedScheduling", message });
    const condition = { type: "PodScheduled", status: "False", reason: "Unschedulable", message } as const;
    this.#view.updateStatus("Pod", pod, {
      ...pod.status,
      phase: "Pending",
      conditions: withCondition(pod.status?.conditions, condition, this.#view.now()),
    });
  }

  #bind(pod: Pod, nodeName: string): void {
    const bound = this.#view.update("Pod", { ...pod, spec: { ...pod.spec, nodeName } });
    const conditions = withCondition(bound.status?.conditions, { type: "PodScheduled", status: "True" }, this.#view.now());
    this.#view.updateStatus("Pod", bound, { ...bound.status, conditions });
    const { namespace, name } = pod.metadata;
    this.#events.record(pod, { reason: "Scheduled", message: `Successfully assigned ${namespace}/${name} to ${nodeName}` });
  }
}
