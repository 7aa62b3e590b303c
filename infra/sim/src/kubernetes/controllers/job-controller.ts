import type { StoreEvent } from "../store.ts";
import type { Condition, Job, Pod } from "../workload-objects.ts";
import type { ClusterView } from "./cluster-view.ts";
import { isTrue, withCondition } from "./conditions.ts";
import { keyOf, splitKey, type Controller } from "./controller.ts";
import { EventRecorder } from "./event-recorder.ts";
import { createPod, deletePod, isActive, isReady, ownerKey, podsOf } from "./pods.ts";

const FIRST_BACKOFF_MS = 10_000;
const LONGEST_BACKOFF_MS = 600_000;

const endedAt = (pod: Pod): string =>
  (pod.status?.containerStatuses ?? [])
    .map((status) => status.state.terminated?.finishedAt ?? "")
    .toSorted()
    .at(-1) || pod.metadata.creationTimestamp;

const restartsOf = (pod: Pod): number => (pod.status?.containerStatuses ?? []).reduce((sum, status) => sum + status.restartCount, 0);

interface Tally {
  readonly succeeded: number;
  readonly failed: readonly Pod[];
  readonly active: readonly Pod[];
  /** Failed pods, and failed attempts inside pods that restart on their own. */
  readonly failures: number;
}

const tallyOf = (pods: readonly Pod[]): Tally => {
  const failed = pods.filter((pod) => pod.status?.phase === "Failed");
  return {
    succeeded: pods.filter((pod) => pod.status?.phase === "Succeeded").length,
    failed,
    active: pods.filter(isActive),
    failures: failed.length + pods.reduce((sum, pod) => sum + restartsOf(pod), 0),
  };
};

export class JobController implements Controller {
  readonly name = "job";
  readonly #view: ClusterView;
  readonly #events: EventRecorder;

  constructor(view: ClusterView) {
    this.#view = view;
    this.#events = new EventRecorder(view, { component: "job-controller" });
  }

  affected(event: StoreEvent): readonly string[] {
    if (event.resource.kind === "Job") return [keyOf(event.object)];
    return event.resource.kind === "Pod" ? ownerKey(event.object, "Job") : [];
  }

  reconcile(key: string): number | undefined {
    const { namespace, name } = splitKey(key);
    const job = this.#view.get("Job", namespace, name);
    if (job === undefined || job.metadata.deletionTimestamp !== undefined) return undefined;
    if (isTrue(job.status?.conditions, "Complete") || isTrue(job.status?.conditions, "Failed")) return this.#expire(job);
    const tally = tallyOf(podsOf(this.#view, job));
    if (tally.succeeded >= (job.spec.completions ?? 1)) return this.#complete(job, tally);
    if (tally.failures > (job.spec.backoffLimit ?? 6)) return this.#fail(job, tally);
    const waitMs = this.#start(job, tally);
    this.#tell(job, tallyOf(podsOf(this.#view, job)), {});
    return waitMs;
  }

  /** Starts what may run now; returns how long a retry has to wait. */
  #start(job: Job, tally: Tally): number | undefined {
    if (job.spec.suspend === true) return undefined;
    const wanted = Math.min(job.spec.parallelism ?? 1, (job.spec.completions ?? 1) - tally.succeeded) - tally.active.length;
    if (wanted <= 0) return undefined;
    const waitMs = this.#backoffLeftMs(tally);
    if (waitMs > 0) return waitMs;
    for (let count = 0; count < wanted; count += 1) {
      createPod(this.#view, this.#events, { owner: job, template: job.spec.template });
    }
    return undefined;
  }

  #backoffLeftMs(tally: Tally): number {
    const last = tally.failed.map(endedAt).toSorted().at(-1);
    if (last === undefined) return 0;
    return Math.min(FIRST_BACKOFF_MS * 2 ** (tally.failed.length - 1), LONGEST_BACKOFF_MS) - this.#view.since(last);
  }

  #complete(job: Job, tally: Tally): number | undefined {
    this.#events.record(job, { reason: "Completed", message: "Job completed" });
    const text = { status: "True", reason: "CompletionsReached", message: "Reached expected number of succeeded pods" } as const;
    const conditions: readonly Condition[] = [
      { type: "SuccessCriteriaMet", ...text },
      { type: "Complete", ...text },
    ];
    this.#tell(job, tally, { completionTime: this.#view.now(), conditions });
    return this.#expire(job);
  }

  #fail(job: Job, tally: Tally): number | undefined {
    for (const pod of tally.active) deletePod(this.#view, this.#events, { owner: job, pod });
    const text = { status: "True", reason: "BackoffLimitExceeded", message: "Job has reached the specified backoff limit" } as const;
    this.#events.record(job, { type: "Warning", reason: text.reason, message: text.message });
    const conditions: readonly Condition[] = [
      { type: "FailureTarget", ...text },
      { type: "Failed", ...text },
    ];
    this.#tell(job, { ...tally, active: [] }, { conditions });
    return this.#expire(job);
  }

  #expire(job: Job): number | undefined {
    const { ttlSecondsAfterFinished } = job.spec;
    const finished = job.status?.conditions?.find((condition) => condition.type === "Complete" || condition.type === "Failed");
    if (ttlSecondsAfterFinished === undefined) return undefined;
    const leftMs = ttlSecondsAfterFinished * 1000 - this.#view.since(finished?.lastTransitionTime ?? this.#view.now());
    if (leftMs > 0) return leftMs;
    this.#view.remove("Job", job);
    return undefined;
  }

  #tell(job: Job, tally: Tally, extra: { readonly completionTime?: string; readonly conditions?: readonly Condition[] }): void {
    const now = this.#view.now();
    const ready = tally.active.filter(isReady).length;
    const all = (extra.conditions ?? []).reduce((known, condition) => withCondition(known, condition, now), job.status?.conditions);
    this.#view.updateStatus("Job", job, {
      startTime: job.status?.startTime ?? now,
      ready,
      terminating: 0,
      ...(tally.active.length === 0 ? {} : { active: tally.active.length }),
      ...(tally.succeeded === 0 ? {} : { succeeded: tally.succeeded }),
      ...(tally.failed.length === 0 ? {} : { failed: tally.failed.length }),
      uncountedTerminatedPods: {},
      ...(extra.completionTime === undefined ? {} : { completionTime: extra.completionTime }),
      ...(all === undefined ? {} : { conditions: all }),
    });
  }
}
