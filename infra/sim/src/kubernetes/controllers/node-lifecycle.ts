import type { StoreEvent } from "../store.ts";
import type { Condition, Node, Pod, Taint } from "../workload-objects.ts";
import type { ClusterView } from "./cluster-view.ts";
import { findCondition, withCondition } from "./conditions.ts";
import type { Controller } from "./controller.ts";
import { EventRecorder } from "./event-recorder.ts";
import { graceWallMs } from "./node-timing.ts";
import { isReady } from "./pods.ts";

const HEARTBEAT_CONDITIONS = ["MemoryPressure", "DiskPressure", "PIDPressure", "Ready"] as const;
const SLACK_MS = 5;

const PREFIX = "node.kubernetes.io";
/** Taints that this controller alone puts and takes. */
const OWN_TAINTS: ReadonlySet<string> = new Set(
  ["not-ready", "unreachable", "disk-pressure", "memory-pressure", "pid-pressure", "unschedulable"].map((name) => `${PREFIX}/${name}`),
);

const wantedTaints = (node: Node): readonly Pick<Taint, "key" | "effect">[] => {
  const is = (type: string, status: string): boolean => findCondition(node.status?.conditions, type)?.status === status;
  const taint = (name: string, effect: string): Pick<Taint, "key" | "effect"> => ({ key: `${PREFIX}/${name}`, effect });
  const both = (name: string): Pick<Taint, "key" | "effect">[] => [taint(name, "NoSchedule"), taint(name, "NoExecute")];
  return [
    ...(is("Ready", "Unknown") ? both("unreachable") : []),
    ...(is("Ready", "False") ? both("not-ready") : []),
    ...(is("DiskPressure", "True") ? [taint("disk-pressure", "NoSchedule")] : []),
    ...(is("MemoryPressure", "True") ? [taint("memory-pressure", "NoSchedule")] : []),
    ...(is("PIDPressure", "True") ? [taint("pid-pressure", "NoSchedule")] : []),
    ...(node.spec?.unschedulable === true ? [taint("unschedulable", "NoSchedule")] : []),
  ];
};

/** Watches the heartbeats of nodes: a silent one becomes Unknown and tainted, and its pods count as not ready. */
export class NodeLifecycle implements Controller {
  readonly name = "node-lifecycle";
  readonly #view: ClusterView;
  readonly #events: EventRecorder;
  readonly #heardAt = new Map<string, number>();

  constructor(view: ClusterView) {
    this.#view = view;
    this.#events = new EventRecorder(view, { component: "node-controller" });
  }

  affected(event: StoreEvent): readonly string[] {
    const { namespace, name } = event.object.metadata;
    if (event.resource.kind === "Lease" && namespace === "kube-node-lease") {
      // What the store held before this controller began says nothing about when the node was heard.
      this.#heardAt.set(name, this.#view.time.now());
      return this.#isUnknown(name) || event.type === "ADDED" ? [name] : [];
    }
    if (event.resource.kind !== "Node") return [];
    if (event.type === "DELETED") this.#heardAt.delete(name);
    else if (!this.#heardAt.has(name)) this.#heardAt.set(name, this.#view.time.now());
    return [name];
  }

  reconcile(key: string): number | undefined {
    const node = this.#view.get("Node", undefined, key);
    if (node === undefined) return undefined;
    const heardAt = this.#heardAt.get(key) ?? this.#view.time.now();
    const leftMs = heardAt + graceWallMs(this.#view.time) - this.#view.time.now();
    const seen = leftMs <= 0 ? this.#markUnknown(node) : node;
    this.#taint(seen);
    return leftMs <= 0 ? undefined : (leftMs + SLACK_MS) * this.#view.time.speed;
  }

  #isUnknown(name: string): boolean {
    const node = this.#view.get("Node", undefined, name);
    return findCondition(node?.status?.conditions, "Ready")?.status === "Unknown";
  }

  #markUnknown(node: Node): Node {
    if (findCondition(node.status?.conditions, "Ready")?.status === "Unknown") return node;
    const now = this.#view.now();
    const conditions = HEARTBEAT_CONDITIONS.reduce<readonly Condition[]>((known, type) => {
      const text = { reason: "NodeStatusUnknown", message: "Kubelet stopped posting node status." };
      return withCondition(known, { ...findCondition(known, type), type, status: "Unknown", ...text }, now);
    }, node.status?.conditions ?? []);
    this.#events.record(node, { reason: "NodeNotReady", message: `Node ${node.metadata.name} status is now: NodeNotReady` });
    const marked = this.#view.updateStatus("Node", node, { ...node.status, conditions });
    for (const pod of this.#view.list("Pod")) if (pod.spec.nodeName === node.metadata.name) this.#markPod(pod);
    return marked;
  }

  #markPod(pod: Pod): void {
    if (!isReady(pod)) return;
    const conditions = withCondition(pod.status?.conditions, { type: "Ready", status: "False" }, this.#view.now());
    this.#view.updateStatus("Pod", pod, { ...pod.status, conditions });
    this.#events.record(pod, { type: "Warning", reason: "NodeNotReady", message: "Node is not ready" });
  }

  #taint(node: Node): void {
    const before = node.spec?.taints ?? [];
    const wanted = wantedTaints(node);
    const kept = before.filter((taint) => !OWN_TAINTS.has(taint.key) || wanted.some((own) => isSame(own, taint)));
    const added = wanted.filter((own) => !before.some((taint) => isSame(own, taint)));
    if (added.length === 0 && kept.length === before.length) return;
    const timeAdded = this.#view.now();
    const taints = [...kept, ...added.map((taint) => ({ ...taint, timeAdded }))];
    this.#view.update("Node", { ...node, spec: { ...node.spec, taints } });
  }
}

const isSame = (a: Pick<Taint, "key" | "effect">, b: Pick<Taint, "key" | "effect">): boolean => a.key === b.key && a.effect === b.effect;
