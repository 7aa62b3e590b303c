import type { StoreEvent } from "../store.ts";
import type { Deployment, ReplicaSet } from "../workload-objects.ts";
import type { ClusterView } from "./cluster-view.ts";
import { keyOf, splitKey, type Controller } from "./controller.ts";
import { deploymentStatus, deadlineLeftMs } from "./deployment-status.ts";
import { EventRecorder } from "./event-recorder.ts";
import { adopt, controllerOf, isActive, ownerKey, ownerReference, podsOf } from "./pods.ts";
import { limitsOf, newReplicas, oldReplicas, type ReplicaCount } from "./rolling-update.ts";
import { templateHash } from "./selectors.ts";

const REVISION = "deployment.kubernetes.io/revision";
const HASH = "pod-template-hash";

const revisionOf = (object: { readonly metadata: { readonly annotations?: Readonly<Record<string, string>> } }): number =>
  Number(object.metadata.annotations?.[REVISION] ?? 0);

const countOf = (set: ReplicaSet): ReplicaCount => ({
  name: set.metadata.name,
  wanted: set.spec.replicas ?? 0,
  available: set.status?.availableReplicas ?? 0,
});

export class DeploymentController implements Controller {
  readonly name = "deployment";
  readonly #view: ClusterView;
  readonly #events: EventRecorder;

  constructor(view: ClusterView) {
    this.#view = view;
    this.#events = new EventRecorder(view, { component: "deployment-controller" });
  }

  affected(event: StoreEvent): readonly string[] {
    if (event.resource.kind === "Deployment") return [keyOf(event.object)];
    return event.resource.kind === "ReplicaSet" ? ownerKey(event.object, "Deployment") : [];
  }

  reconcile(key: string): number | undefined {
    const { namespace, name } = splitKey(key);
    const deployment = this.#view.get("Deployment", namespace, name);
    if (deployment === undefined || deployment.metadata.deletionTimestamp !== undefined) return undefined;
    adopt(this.#view, deployment, { kind: "ReplicaSet" });
    const newest = deployment.spec.paused === true ? this.#find(deployment) : this.#newest(deployment);
    if (newest !== undefined) this.#roll(deployment, newest);
    if (newest !== undefined) this.#dropHistory(deployment, newest);
    return this.#tell(deployment.metadata.namespace, deployment.metadata.name);
  }

  #sets(deployment: Deployment): readonly ReplicaSet[] {
    return this.#view
      .list("ReplicaSet", deployment.metadata.namespace)
      .filter((set) => controllerOf(set)?.uid === deployment.metadata.uid)
      .toSorted((a, b) => revisionOf(a) - revisionOf(b));
  }

  #find(deployment: Deployment): ReplicaSet | undefined {
    const hash = templateHash(deployment.spec.template);
    return this.#sets(deployment).find((set) => set.metadata.labels?.[HASH] === hash);
  }

  /** The replica set of the current template, made or raised to the newest revision. */
  #newest(deployment: Deployment): ReplicaSet {
    const sets = this.#sets(deployment);
    const found = this.#find(deployment);
    const others = sets.filter((set) => set !== found).map(revisionOf);
    const revision = Math.max(revisionOf(found ?? { metadata: {} }), ...others.map((other) => other + 1), 1);
    const newest = found === undefined ? this.#create(deployment, revision) : this.#raise(found, revision);
    this.#annotate(deployment, revision);
    return newest;
  }

  #create(deployment: Deployment, revision: number): ReplicaSet {
    const hash = templateHash(deployment.spec.template);
    const { selector, template } = deployment.spec;
    const labels = { ...template.metadata?.labels, [HASH]: hash };
    return this.#view.create("ReplicaSet", {
      metadata: {
        name: `${deployment.metadata.name}-${hash}`,
        namespace: deployment.metadata.namespace ?? "default",
        labels,
        annotations: {
          "deployment.kubernetes.io/desired-replicas": String(deployment.spec.replicas ?? 1),
          [REVISION]: String(revision),
        },
        ownerReferences: [ownerReference(deployment)],
      },
      spec: {
        replicas: 0,
        selector: { ...selector, matchLabels: { ...selector.matchLabels, [HASH]: hash } },
        template: { ...template, metadata: { ...template.metadata, labels } },
      },
    });
  }

  #raise(set: ReplicaSet, revision: number): ReplicaSet {
    if (revisionOf(set) === revision) return set;
    const annotations = { ...set.metadata.annotations, [REVISION]: String(revision) };
    return this.#view.update("ReplicaSet", { ...set, metadata: { ...set.metadata, annotations } });
  }

  #annotate(deployment: Deployment, revision: number): void {
    if (revisionOf(deployment) === revision) return;
    const annotations = { ...deployment.metadata.annotations, [REVISION]: String(revision) };
    this.#view.update("Deployment", { ...deployment, metadata: { ...deployment.metadata, annotations } });
  }

  #roll(deployment: Deployment, newest: ReplicaSet): void {
    const desired = deployment.spec.replicas ?? 1;
    const old = this.#sets(deployment).filter((set) => set.metadata.uid !== newest.metadata.uid);
    if (deployment.spec.strategy?.type === "Recreate") {
      for (const set of old) this.#scale(deployment, set, 0);
      if (old.some((set) => podsOf(this.#view, set).some(isActive))) return;
      this.#scale(deployment, newest, desired);
      return;
    }
    const limits = limitsOf(desired, deployment.spec.strategy?.rollingUpdate ?? {});
    const scaled = this.#scale(deployment, newest, newReplicas(limits, countOf(newest), old.map(countOf)));
    const kept = oldReplicas(limits, countOf(scaled), old.map(countOf));
    for (const set of old) this.#scale(deployment, set, kept.get(set.metadata.name) ?? 0);
  }

  #scale(deployment: Deployment, set: ReplicaSet, replicas: number): ReplicaSet {
    const before = set.spec.replicas ?? 0;
    if (before === replicas) return set;
    const direction = replicas > before ? "up" : "down";
    const message = `Scaled ${direction} replica set ${set.metadata.name} from ${before} to ${replicas}`;
    this.#events.record(deployment, { reason: "ScalingReplicaSet", message });
    return this.#view.update("ReplicaSet", { ...set, spec: { ...set.spec, replicas } });
  }

  #dropHistory(deployment: Deployment, newest: ReplicaSet): void {
    const idle = this.#sets(deployment).filter(
      (set) => set.metadata.uid !== newest.metadata.uid && set.spec.replicas === 0 && (set.status?.replicas ?? 0) === 0,
    );
    const surplus = Math.max(idle.length - (deployment.spec.revisionHistoryLimit ?? 10), 0);
    for (const set of idle.slice(0, surplus)) this.#view.remove("ReplicaSet", set);
  }

  #tell(namespace: string | undefined, name: string): number | undefined {
    const deployment = this.#view.get("Deployment", namespace, name);
    if (deployment === undefined) return undefined;
    const sets = this.#sets(deployment);
    const status = deploymentStatus(this.#view, deployment, { sets, newest: this.#find(deployment) });
    this.#view.updateStatus("Deployment", deployment, status);
    return deadlineLeftMs(this.#view, deployment, status);
  }
}
