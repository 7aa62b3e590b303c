import { isFarewell, isRace } from "../controllers/cluster-view.ts";
import { findCondition } from "../controllers/conditions.ts";
import type { EventText } from "../controllers/event-recorder.ts";
import { sameJson } from "../plain-json.ts";
import type { Condition, Node } from "../workload-objects.ts";
import type { NodeRuntime } from "./node-runtime.ts";
import { nodeRegistration, nodeStatus, type NodePressure } from "./node-status.ts";

const LEASES = "kube-node-lease";
const LEASE_SECONDS = 40;

const stripped = (status: Node["status"]): unknown => ({
  ...status,
  conditions: (status?.conditions ?? []).map(({ lastHeartbeatTime: _at, ...condition }: Condition) => condition),
});

const TURNS: Readonly<Record<string, readonly [string, string]>> = {
  Ready: ["NodeReady", "NodeNotReady"],
  DiskPressure: ["NodeHasDiskPressure", "NodeHasNoDiskPressure"],
};

/** Posts one node to the API server: its object, its status when it changes, and its lease. */
export class NodeReporter {
  readonly #runtime: NodeRuntime;
  pressure: NodePressure = { disk: false };
  /** What the last comparison saw; while nothing of it moves there is nothing to compare. */
  #compared: { readonly node: Node; readonly pressure: NodePressure; readonly images: number } | undefined;

  constructor(runtime: NodeRuntime) {
    this.#runtime = runtime;
  }

  /** Creates or takes over the node object; tells of a reboot when the stored boot is another. */
  register(isFirst: boolean): void {
    this.#try(() => {
      const { view, name, memory } = this.#runtime;
      const found = view.get("Node", undefined, name);
      const node = found ?? this.#create();
      if (isFirst) this.say(node, { reason: "Starting", message: "Starting kubelet." });
      const told = node.status?.nodeInfo?.bootID;
      if (told !== undefined && told !== memory.bootId) {
        const message = `Node ${name} has been rebooted, boot id: ${memory.bootId}`;
        this.say(node, { type: "Warning", reason: "Rebooted", message });
      }
      this.post();
      this.renewLease();
    });
  }

  /** Writes the status when it differs by more than the time of its heartbeats. */
  post(): void {
    this.#try(() => {
      const { view, name } = this.#runtime;
      const node = view.get("Node", undefined, name);
      if (node === undefined || this.#isSeen(node)) return;
      this.#compared = { node, pressure: this.pressure, images: this.#runtime.disk.images.size };
      const status = nodeStatus(this.#runtime, this.pressure, node.status);
      if (sameJson(stripped(status), stripped(node.status))) return;
      view.updateStatus("Node", node, status);
      this.#tellTurns(node, status);
    });
  }

  renewLease(): void {
    this.#try(() => {
      const { view, name } = this.#runtime;
      const renewTime = new Date(view.time.now()).toISOString().replace("Z", "000Z");
      const spec = { holderIdentity: name, leaseDurationSeconds: LEASE_SECONDS, renewTime };
      const lease = view.get("Lease", LEASES, name);
      if (lease === undefined) view.create("Lease", { metadata: { name, namespace: LEASES }, spec });
      else view.update("Lease", { ...lease, spec });
    });
  }

  say(node: Node, text: EventText): void {
    this.#runtime.events.record(node, text);
  }

  /** An event of this node, if it is registered. */
  event(text: EventText): void {
    const node = this.#runtime.view.get("Node", undefined, this.#runtime.name);
    if (node !== undefined) this.say(node, text);
  }

  #isSeen(node: Node): boolean {
    const { node: seen, pressure, images } = this.#compared ?? {};
    return seen === node && pressure === this.pressure && images === this.#runtime.disk.images.size;
  }

  #create(): Node {
    const { view, name, machine, addresses } = this.#runtime;
    const { labels, spec } = nodeRegistration(machine.spec, addresses.podCidr);
    const annotations = { "volumes.kubernetes.io/controller-managed-attach-detach": "true" };
    return view.create("Node", { metadata: { name, labels, annotations }, spec: { ...spec } });
  }

  #tellTurns(before: Node, status: NonNullable<Node["status"]>): void {
    for (const [type, [whenTrue, whenFalse]] of Object.entries(TURNS)) {
      const was = findCondition(before.status?.conditions, type)?.status;
      const is = findCondition(status.conditions, type)?.status;
      const isSilentStart = was === undefined && type !== "Ready";
      if (was === is || isSilentStart) continue;
      const reason = is === "True" ? whenTrue : whenFalse;
      this.say(before, { reason, message: `Node ${before.metadata.name} status is now: ${reason}` });
    }
  }

  #try(write: () => void): void {
    try {
      write();
    } catch (error) {
      // The API server is away: kubelet goes on and posts again.
      if (!isRace(error) && !isFarewell(error)) throw error;
    }
  }
}
