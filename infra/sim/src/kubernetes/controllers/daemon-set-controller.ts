import type { StoreEvent } from "../store.ts";
import type { DaemonSet, Node, Pod, PodSpec, Toleration } from "../workload-objects.ts";
import type { ClusterView } from "./cluster-view.ts";
import { keyOf, splitKey, type Controller } from "./controller.ts";
import { EventRecorder } from "./event-recorder.ts";
import { affinityFits, untolerated } from "./node-fit.ts";
import { createPod, deletePod, isEnded, isReady, ownerKey, podsOf } from "./pods.ts";
import { shareOf } from "./rolling-update.ts";
import { templateHash } from "./selectors.ts";

const REVISION = "controller-revision-hash";
const FIRST_BACKOFF_MS = 1000;
const LONGEST_BACKOFF_MS = 15 * 60_000;

const toleration = (key: string, effect: string): Toleration => ({ key, operator: "Exists", effect });

const DAEMON_TOLERATIONS: readonly Toleration[] = [
  toleration("node.kubernetes.io/not-ready", "NoExecute"),
  toleration("node.kubernetes.io/unreachable", "NoExecute"),
  toleration("node.kubernetes.io/disk-pressure", "NoSchedule"),
  toleration("node.kubernetes.io/memory-pressure", "NoSchedule"),
  toleration("node.kubernetes.io/pid-pressure", "NoSchedule"),
  toleration("node.kubernetes.io/unschedulable", "NoSchedule"),
];

/** The pod of a daemon on one node: pinned by affinity, tolerating what daemons must live with. */
const daemonSpec = (spec: PodSpec, node: string): PodSpec => ({
  ...spec,
  tolerations: [...(spec.tolerations ?? []), ...DAEMON_TOLERATIONS],
  affinity: {
    ...spec.affinity,
    nodeAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: {
        nodeSelectorTerms: [{ matchFields: [{ key: "metadata.name", operator: "In", values: [node] }] }],
      },
    },
  },
});

const nodeOf = (pod: Pod): string | undefined =>
  pod.spec.nodeName ??
  pod.spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms[0]?.matchFields?.[0]?.values?.[0];

export class DaemonSetController implements Controller {
  readonly name = "daemonset";
  readonly #view: ClusterView;
  readonly #events: EventRecorder;
  readonly #failures = new Map<string, number>();

  constructor(view: ClusterView) {
    this.#view = view;
    this.#events = new EventRecorder(view, { component: "daemonset-controller" });
  }

  affected(event: StoreEvent): readonly string[] {
    if (event.resource.kind === "DaemonSet") return [keyOf(event.object)];
    if (event.resource.kind === "Pod") return ownerKey(event.object, "DaemonSet");
    return event.resource.kind === "Node" ? this.#view.list("DaemonSet").map(keyOf) : [];
  }

  reconcile(key: string): number | undefined {
    const { namespace, name } = splitKey(key);
    const set = this.#view.get("DaemonSet", namespace, name);
    if (set === undefined || set.metadata.deletionTimestamp !== undefined) return undefined;
    const again = this.#place(set);
    this.#replaceOutdated(set);
    this.#tell(set);
    return again;
  }

  #eligible(set: DaemonSet): readonly Node[] {
    return this.#view.list("Node").filter((node) => {
      const spec = daemonSpec(set.spec.template.spec, node.metadata.name);
      return affinityFits(set.spec.template.spec, node) && untolerated(spec, node) === undefined;
    });
  }

  /** Makes and removes pods until each eligible node has one; returns when a failed pod may be replaced. */
  #place(set: DaemonSet): number | undefined {
    const pods = podsOf(this.#view, set);
    const eligible = new Set(this.#eligible(set).map((node) => node.metadata.name));
    for (const pod of pods.filter((pod) => !eligible.has(nodeOf(pod) ?? ""))) this.#remove(set, pod);
    const waits = [...eligible].map((node) =>
      this.#placeOn(
        set,
        node,
        pods.filter((pod) => nodeOf(pod) === node),
      ),
    );
    const waiting = waits.filter((wait) => wait !== undefined);
    return waiting.length === 0 ? undefined : Math.min(...waiting);
  }

  #placeOn(set: DaemonSet, node: string, pods: readonly Pod[]): number | undefined {
    const ended = pods.find(isEnded);
    if (ended !== undefined) return this.#retire(set, ended, node);
    if (pods.some(isReady)) this.#failures.delete(`${set.metadata.uid}/${node}`);
    if (pods.length > 0) return undefined;
    createPod(this.#view, this.#events, {
      owner: set,
      template: set.spec.template,
      labels: { [REVISION]: templateHash(set.spec.template) },
      spec: daemonSpec(set.spec.template.spec, node),
    });
    return undefined;
  }

  #retire(set: DaemonSet, pod: Pod, node: string): number | undefined {
    const id = `${set.metadata.uid}/${node}`;
    const failures = this.#failures.get(id) ?? 0;
    const backoffMs = Math.min(FIRST_BACKOFF_MS * 2 ** failures, LONGEST_BACKOFF_MS);
    const endedAt = pod.status?.startTime ?? pod.metadata.creationTimestamp;
    const waitMs = failures === 0 ? 0 : backoffMs - this.#view.since(endedAt);
    if (waitMs > 0) return waitMs;
    this.#failures.set(id, failures + 1);
    const message = `Found failed daemon pod ${pod.metadata.namespace}/${pod.metadata.name} on node ${node}, will try to kill it`;
    this.#events.record(set, { type: "Warning", reason: "FailedDaemonPod", message });
    deletePod(this.#view, this.#events, { owner: set, pod });
    return undefined;
  }

  #replaceOutdated(set: DaemonSet): void {
    if (set.spec.updateStrategy?.type === "OnDelete") return;
    const revision = templateHash(set.spec.template);
    const pods = podsOf(this.#view, set).filter((pod) => pod.metadata.deletionTimestamp === undefined);
    const most = Math.max(shareOf(set.spec.updateStrategy?.rollingUpdate?.maxUnavailable ?? 1, pods.length, Math.ceil), 1);
    const outdated = pods.filter((pod) => pod.metadata.labels?.[REVISION] !== revision);
    const missing = this.#eligible(set).length - pods.filter(isReady).length;
    const broken = outdated.filter((pod) => !isReady(pod));
    const healthy = outdated.filter(isReady).slice(0, Math.max(most - missing, 0));
    for (const pod of [...broken, ...healthy]) this.#remove(set, pod);
  }

  #remove(set: DaemonSet, pod: Pod): void {
    if (pod.metadata.deletionTimestamp === undefined) deletePod(this.#view, this.#events, { owner: set, pod });
  }

  #tell(set: DaemonSet): void {
    const desired = this.#eligible(set).length;
    const pods = podsOf(this.#view, set).filter((pod) => !isEnded(pod) && pod.metadata.deletionTimestamp === undefined);
    const ready = pods.filter(isReady).length;
    const updated = pods.filter((pod) => pod.metadata.labels?.[REVISION] === templateHash(set.spec.template)).length;
    this.#view.updateStatus("DaemonSet", set, {
      currentNumberScheduled: pods.length,
      numberMisscheduled: 0,
      desiredNumberScheduled: desired,
      numberReady: ready,
      observedGeneration: set.metadata.generation,
      ...(updated === 0 ? {} : { updatedNumberScheduled: updated }),
      ...(ready === 0 ? {} : { numberAvailable: ready }),
      ...(desired === ready ? {} : { numberUnavailable: desired - ready }),
    });
  }
}
