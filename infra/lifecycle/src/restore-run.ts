import { setMaxListeners } from "node:events";
import { toWire } from "@kubera-e2e/schema/error-wire";
import { KuberaError } from "@kubera-e2e/schema/kubera-error";
import type { Limitation } from "@kubera-e2e/machines";
import type { BedContext } from "./bed-context.ts";
import { restoreCommand } from "./go-on.ts";
import { HostLimit } from "./host-limit.ts";
import type { ProgressEvent } from "./progress.ts";
import { reasonOf } from "./reason-of.ts";
import type { RestoreGroup, RestorePhase, RestorePlan, RestoreStep } from "./restore-plan.ts";
import type { RestoreReport, RestoreStepRecord } from "./restore-report.ts";

/** Does one step and may return a remark; `skip` says why a step was left out. */
export type StepAction = (step: RestoreStep, run: RestoreRun) => Promise<{ readonly skip?: string; readonly note?: string }>;

interface Failure {
  readonly step: RestoreStep;
  readonly error: unknown;
}

/** Tasks of one ESX host beyond this only wait in its own queue. */
const TASKS_PER_HOST = 8;

const stepsOf = ({ steps }: RestoreGroup): string => `${steps.length} ${steps.length === 1 ? "step" : "steps"}`;

/** One restore on its way: does groups of steps, and keeps the time of each. */
export class RestoreRun {
  readonly context: BedContext;
  readonly plan: RestorePlan;
  readonly signal: AbortSignal;
  readonly limitations: readonly Limitation[];
  /** The command that does it again. */
  readonly goOn: string;
  /** bootIDs that nodes had before anything was powered off, by `cluster/node`. */
  readonly bootIdsBefore = new Map<string, string>();
  /** Wall time at which each VM was told to power on, by VM. */
  readonly poweredOnAtMs = new Map<string, number>();
  readonly #steps: RestoreStepRecord[] = [];
  readonly #startMs: number;
  readonly #startedAt: string;

  constructor(
    context: BedContext,
    options: {
      readonly plan: RestorePlan;
      readonly limitations: readonly Limitation[];
      readonly signal: AbortSignal;
      readonly goOn?: string;
    },
  ) {
    this.context = context;
    this.plan = options.plan;
    this.limitations = options.limitations;
    this.goOn = options.goOn ?? restoreCommand(options.plan.bed, options.plan.state);
    this.signal = AbortSignal.any([options.signal]);
    // Every VM of a group may wait on it at the same time.
    setMaxListeners(0, this.signal);
    this.#startMs = context.clock.monotonicMs();
    this.#startedAt = new Date(context.clock.now()).toISOString();
  }

  /** The same restore with other clients of the same bed. */
  goingOnWith(context: BedContext): RestoreRun {
    const { plan, limitations, signal, goOn } = this;
    const run = new RestoreRun(context, { plan, limitations, signal, goOn });
    for (const [node, bootId] of this.bootIdsBefore) run.bootIdsBefore.set(node, bootId);
    for (const [vm, atMs] of this.poweredOnAtMs) run.poweredOnAtMs.set(vm, atMs);
    return run;
  }

  tell(event: Pick<ProgressEvent, "phase" | "subject" | "state" | "because" | "ms">): void {
    this.context.onProgress({ at: new Date(this.context.clock.now()).toISOString(), verb: "restore", ...event });
  }

  /** Does a group; its steps run together. Every failure of the group is told, in one `RESTORE_FAILED`. */
  async do(group: RestoreGroup, action: StepAction): Promise<void> {
    const startMs = this.context.clock.monotonicMs();
    this.tell({ phase: group.phase, state: "started", because: stepsOf(group) });
    const limit = new HostLimit(this.#limitOf(group.phase));
    const ended = await Promise.all(
      group.steps.map((step) => limit.run(step.esxHost ?? step.subject, () => this.#step(group.phase, step, action))),
    );
    const failures = ended.filter((failure) => failure !== undefined);
    this.signal.throwIfAborted();
    if (failures.length > 0) throw this.#failed(group, failures);
    this.tell({ phase: group.phase, state: "done", ms: this.context.clock.monotonicMs() - startMs });
  }

  report(outcome: RestoreReport["outcome"], error?: unknown): RestoreReport {
    return {
      schema: "kubera-e2e/restore@1",
      bed: this.plan.bed,
      state: this.plan.state,
      set: this.plan.manifest.set,
      startedAt: this.#startedAt,
      ms: this.context.clock.monotonicMs() - this.#startMs,
      outcome,
      limitations: this.limitations.map((limitation) => ({ ...limitation })),
      steps: this.#steps,
      ...(error !== undefined && { error: toWire(error) }),
    };
  }

  #limitOf(phase: RestorePhase): number {
    if (phase === "power off" || phase === "revert") return TASKS_PER_HOST;
    return phase.startsWith("power on") ? this.context.bed.limits.powerOnPerHost : Infinity;
  }

  async #step(phase: RestorePhase, step: RestoreStep, action: StepAction): Promise<Failure | undefined> {
    const { clock } = this.context;
    const startMs = clock.monotonicMs();
    const startedAt = new Date(clock.now()).toISOString();
    const end = (outcome: RestoreStepRecord["outcome"], because?: string): void => {
      const ms = clock.monotonicMs() - startMs;
      const { subject, vm, esxHost, cluster, node } = step;
      this.#steps.push({ phase, subject, vm, esxHost, cluster, node, startedAt, ms, outcome, because });
      this.tell({ phase, subject, state: outcome, ms, ...(because !== undefined && { because }) });
    };
    try {
      const { skip, note } = await action(step, this);
      end(skip === undefined ? "done" : "skipped", skip ?? note);
      return undefined;
    } catch (error) {
      end("failed", reasonOf(error));
      return { step, error };
    }
  }

  #failed(group: RestoreGroup, failures: readonly Failure[]): KuberaError {
    const [first] = failures;
    const cause = first?.error;
    return new KuberaError("RESTORE_FAILED", {
      what: `the bed ${this.plan.bed} could not be restored to ${this.plan.state}: ${group.phase}`,
      where: failures.map(({ step }) => step.subject).join(", "),
      because: failures.map(({ step, error }) => `${step.subject}: ${reasonOf(error)}`).join("\n           "),
      fix: `${cause instanceof KuberaError ? `${cause.fix}\n           ` : ""}The bed is marked broken; then go on with: ${this.goOn}`,
      cause,
    });
  }
}
