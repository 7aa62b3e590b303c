import type { StoreEvent } from "../store.ts";
import type { Pod, ReplicaSet } from "../workload-objects.ts";
import type { ClusterView } from "./cluster-view.ts";
import { keyOf, splitKey, type Controller } from "./controller.ts";
import { EventRecorder } from "./event-recorder.ts";
import { adopt, createPod, deletePod, isActive, isReady, ownerKey, podsOf } from "./pods.ts";

/** Those that cost least to lose come first: unscheduled, then not ready, then the youngest. */
const deletionOrder = (pods: readonly Pod[]): readonly Pod[] => {
  const rank = (pod: Pod): number => (pod.spec.nodeName === undefined ? 0 : 1) + (isReady(pod) ? 2 : 0);
  return pods.toSorted((a, b) => rank(a) - rank(b) || b.metadata.creationTimestamp.localeCompare(a.metadata.creationTimestamp));
};

export class ReplicaSetController implements Controller {
  readonly name = "replicaset";
  readonly #view: ClusterView;
  readonly #events: EventRecorder;

  constructor(view: ClusterView) {
    this.#view = view;
    this.#events = new EventRecorder(view, { component: "replicaset-controller" });
  }

  affected(event: StoreEvent): readonly string[] {
    if (event.resource.kind === "ReplicaSet") return [keyOf(event.object)];
    return event.resource.kind === "Pod" ? ownerKey(event.object, "ReplicaSet") : [];
  }

  reconcile(key: string): undefined {
    const { namespace, name } = splitKey(key);
    const set = this.#view.get("ReplicaSet", namespace, name);
    if (set === undefined || set.metadata.deletionTimestamp !== undefined) return;
    adopt(this.#view, set, { kind: "Pod" });
    const active = podsOf(this.#view, set).filter(isActive);
    this.#scale(set, active);
    this.#tell(set, podsOf(this.#view, set).filter(isActive));
  }

  #scale(set: ReplicaSet, active: readonly Pod[]): void {
    const wanted = set.spec.replicas ?? 1;
    for (let missing = wanted - active.length; missing > 0; missing -= 1) {
      createPod(this.#view, this.#events, { owner: set, template: set.spec.template });
    }
    const surplus = Math.max(active.length - wanted, 0);
    for (const pod of deletionOrder(active).slice(0, surplus)) deletePod(this.#view, this.#events, { owner: set, pod });
  }

  #tell(set: ReplicaSet, active: readonly Pod[]): void {
    const ready = active.filter(isReady).length;
    this.#view.updateStatus("ReplicaSet", set, {
      replicas: active.length,
      ...(active.length === 0 ? {} : { fullyLabeledReplicas: active.length }),
      ...(ready === 0 ? {} : { readyReplicas: ready, availableReplicas: ready }),
      observedGeneration: set.metadata.generation,
    });
  }
}
