import type { StoreEvent } from "../store.ts";
import type { Pod, StatefulSet } from "../workload-objects.ts";
import type { ClusterView } from "./cluster-view.ts";
import { keyOf, splitKey, type Controller } from "./controller.ts";
import { EventRecorder } from "./event-recorder.ts";
import { adopt, createPod, isActive, isEnded, isReady, ownerKey, podsOf } from "./pods.ts";
import { templateHash } from "./selectors.ts";

const REVISION = "controller-revision-hash";

const ordinalOf = (pod: Pod): number => Number(/-(\d+)$/.exec(pod.metadata.name)?.[1] ?? -1);

export class StatefulSetController implements Controller {
  readonly name = "statefulset";
  readonly #view: ClusterView;
  readonly #events: EventRecorder;

  constructor(view: ClusterView) {
    this.#view = view;
    this.#events = new EventRecorder(view, { component: "statefulset-controller" });
  }

  affected(event: StoreEvent): readonly string[] {
    if (event.resource.kind === "StatefulSet") return [keyOf(event.object)];
    return event.resource.kind === "Pod" ? ownerKey(event.object, "StatefulSet") : [];
  }

  reconcile(key: string): undefined {
    const { namespace, name } = splitKey(key);
    const set = this.#view.get("StatefulSet", namespace, name);
    if (set === undefined || set.metadata.deletionTimestamp !== undefined) return;
    const isNamed = (pod: string): boolean => pod.startsWith(`${name}-`) && /^\d+$/.test(pod.slice(name.length + 1));
    adopt(this.#view, set, { kind: "Pod", isNamed });
    const pods = new Map(podsOf(this.#view, set).map((pod) => [ordinalOf(pod), pod]));
    if (this.#fill(set, pods) && !this.#shrink(set, pods)) this.#replaceOutdated(set, pods);
    this.#tell(set);
  }

  #revision(set: StatefulSet): string {
    return `${set.metadata.name}-${templateHash(set.spec.template)}`;
  }

  /** Makes what is missing from the first ordinal on; false while an ordered set has to wait for one of its pods. */
  #fill(set: StatefulSet, pods: ReadonlyMap<number, Pod>): boolean {
    const ordered = set.spec.podManagementPolicy !== "Parallel";
    for (let ordinal = 0; ordinal < (set.spec.replicas ?? 1); ordinal += 1) {
      const pod = pods.get(ordinal);
      if (pod === undefined) this.#create(set, ordinal);
      else if (isEnded(pod)) this.#recreate(set, pod);
      if (ordered && (pod === undefined || !isActive(pod) || !isReady(pod))) return this.#isStuckOutdated(set, pod);
    }
    return true;
  }

  /** A pod of an old template that never gets ready must not block the update that may heal it. */
  #isStuckOutdated(set: StatefulSet, pod: Pod | undefined): boolean {
    return pod !== undefined && isActive(pod) && pod.metadata.labels?.[REVISION] !== this.#revision(set);
  }

  #shrink(set: StatefulSet, pods: ReadonlyMap<number, Pod>): boolean {
    const surplus = [...pods.values()].filter((pod) => ordinalOf(pod) >= (set.spec.replicas ?? 1));
    const last = surplus.toSorted((a, b) => ordinalOf(b) - ordinalOf(a))[0];
    if (last !== undefined && last.metadata.deletionTimestamp === undefined) this.#delete(set, last);
    return last !== undefined;
  }

  #replaceOutdated(set: StatefulSet, pods: ReadonlyMap<number, Pod>): void {
    if (set.spec.updateStrategy?.type === "OnDelete") return;
    const revision = this.#revision(set);
    const partition = set.spec.updateStrategy?.rollingUpdate?.partition ?? 0;
    for (let ordinal = (set.spec.replicas ?? 1) - 1; ordinal >= partition; ordinal -= 1) {
      const pod = pods.get(ordinal);
      if (pod === undefined || pod.metadata.deletionTimestamp !== undefined) return;
      if (pod.metadata.labels?.[REVISION] !== revision) return this.#delete(set, pod);
      if (!isReady(pod)) return;
    }
  }

  #create(set: StatefulSet, ordinal: number): void {
    const name = `${set.metadata.name}-${ordinal}`;
    const templates = set.spec.volumeClaimTemplates ?? [];
    for (const template of templates) this.#claim(set, name, template);
    const claims = templates.map(({ metadata }) => ({
      name: metadata.name,
      persistentVolumeClaim: { claimName: `${metadata.name}-${name}` },
    }));
    const named = { "statefulset.kubernetes.io/pod-name": name, "apps.kubernetes.io/pod-index": String(ordinal) };
    createPod(this.#view, this.#events, {
      owner: set,
      template: set.spec.template,
      name,
      labels: { ...named, [REVISION]: this.#revision(set) },
      spec: {
        hostname: name,
        ...(set.spec.serviceName === undefined ? {} : { subdomain: set.spec.serviceName }),
        volumes: [...(set.spec.template.spec.volumes ?? []), ...claims],
      },
    });
    this.#events.record(set, {
      reason: "SuccessfulCreate",
      message: `create Pod ${name} in StatefulSet ${set.metadata.name} successful`,
    });
  }

  #claim(set: StatefulSet, pod: string, template: NonNullable<StatefulSet["spec"]["volumeClaimTemplates"]>[number]): void {
    const { namespace = "default" } = set.metadata;
    const name = `${template.metadata.name}-${pod}`;
    if (this.#view.get("PersistentVolumeClaim", namespace, name) !== undefined) return;
    const labels = { ...set.spec.selector.matchLabels, ...template.metadata.labels };
    this.#view.create("PersistentVolumeClaim", { metadata: { name, namespace, labels }, spec: { ...template.spec } });
    const message = `create Claim ${name} Pod ${pod} in StatefulSet ${set.metadata.name} success`;
    this.#events.record(set, { reason: "SuccessfulCreate", message });
  }

  #recreate(set: StatefulSet, pod: Pod): void {
    const message = `StatefulSet ${set.metadata.namespace}/${set.metadata.name} is recreating failed Pod ${pod.metadata.name}`;
    this.#events.record(set, { type: "Warning", reason: "RecreatingFailedPod", message });
    this.#delete(set, pod);
  }

  #delete(set: StatefulSet, pod: Pod): void {
    this.#view.remove("Pod", pod);
    const message = `delete Pod ${pod.metadata.name} in StatefulSet ${set.metadata.name} successful`;
    this.#events.record(set, { reason: "SuccessfulDelete", message });
  }

  #tell(set: StatefulSet): void {
    const pods = podsOf(this.#view, set).filter(isActive);
    const ready = pods.filter(isReady).length;
    const updateRevision = this.#revision(set);
    const updated = pods.filter((pod) => pod.metadata.labels?.[REVISION] === updateRevision).length;
    const done = updated === (set.spec.replicas ?? 1) && updated === pods.length;
    const before = set.status?.["currentRevision"] as string | undefined;
    this.#view.updateStatus("StatefulSet", set, {
      observedGeneration: set.metadata.generation,
      replicas: pods.length,
      availableReplicas: ready,
      ...(ready === 0 ? {} : { readyReplicas: ready }),
      ...(updated === 0 ? {} : { updatedReplicas: updated }),
      currentReplicas: done ? updated : pods.length - updated,
      currentRevision: done ? updateRevision : (before ?? updateRevision),
      updateRevision,
      collisionCount: 0,
    });
  }
}
