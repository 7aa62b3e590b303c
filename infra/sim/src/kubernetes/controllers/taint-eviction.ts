import type { StoreEvent } from "../store.ts";
import type { Node, Pod, Taint } from "../workload-objects.ts";
import type { ClusterView } from "./cluster-view.ts";
import { keyOf, splitKey, type Controller } from "./controller.ts";
import { EventRecorder } from "./event-recorder.ts";
import { isEnded } from "./pods.ts";
import { tolerates } from "./selectors.ts";

/** Seconds that admission gives every pod on a node that is not ready or unreachable. */
const DEFAULT_TOLERATION_SECONDS = 300;
const DEFAULTED: ReadonlySet<string> = new Set(["node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable"]);

/** Seconds for which the pod bears the taint; Infinity: for ever. */
const toleratedSeconds = (pod: Pod, taint: Taint): number => {
  const fitting = (pod.spec.tolerations ?? []).filter((toleration) => tolerates(toleration, taint));
  if (fitting.length > 0) return Math.min(...fitting.map((toleration) => toleration.tolerationSeconds ?? Infinity));
  return DEFAULTED.has(taint.key) ? DEFAULT_TOLERATION_SECONDS : 0;
};

/** Deletes pods from nodes with a NoExecute taint once they have borne it for as long as they tolerate it. */
export class TaintEviction implements Controller {
  readonly name = "taint-eviction-controller";
  readonly #view: ClusterView;
  readonly #events: EventRecorder;

  constructor(view: ClusterView) {
    this.#view = view;
    this.#events = new EventRecorder(view, { component: "taint-eviction-controller" });
  }

  affected(event: StoreEvent): readonly string[] {
    if (event.resource.kind === "Node") {
      return this.#view
        .list("Pod")
        .filter((pod) => pod.spec.nodeName === event.object.metadata.name)
        .map(keyOf);
    }
    return event.resource.kind === "Pod" && event.type === "ADDED" ? [keyOf(event.object)] : [];
  }

  reconcile(key: string): number | undefined {
    const { namespace, name } = splitKey(key);
    const pod = this.#view.get("Pod", namespace, name);
    if (pod?.spec.nodeName === undefined || pod.metadata.deletionTimestamp !== undefined || isEnded(pod)) return undefined;
    const leftMs = this.#leftMs(pod, this.#view.get("Node", undefined, pod.spec.nodeName));
    if (leftMs === undefined || leftMs > 0) return leftMs;
    this.#events.record(pod, { reason: "TaintManagerEviction", message: `Marking for deletion Pod ${namespace}/${name}` });
    this.#view.remove("Pod", pod);
    return undefined;
  }

  #leftMs(pod: Pod, node: Node | undefined): number | undefined {
    const waits = (node?.spec?.taints ?? [])
      .filter((taint) => taint.effect === "NoExecute")
      .map((taint) => toleratedSeconds(pod, taint) * 1000 - this.#view.since(taint.timeAdded ?? this.#view.now()))
      .filter(Number.isFinite);
    return waits.length === 0 ? undefined : Math.min(...waits);
  }
}
