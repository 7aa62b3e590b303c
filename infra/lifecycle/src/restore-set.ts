import { KuberaError } from "@kubera-e2e/schema/kubera-error";
import type { Limitation } from "@kubera-e2e/machines";
import { frozenIdOf } from "@kubera-e2e/schema/set";
import type { BedContext } from "./bed-context.ts";
import { awaitDirector, awaitNode, awaitPods, fingerprint, proveClock } from "./cluster-actions.ts";
import { noteBootIds, powerOff, powerOn, proveSameSet, revert } from "./restore-actions.ts";
import { planRestore, type RestoreGroup, type RestorePhase, type RestorePlan } from "./restore-plan.ts";
import { reasonOf } from "./reason-of.ts";
import type { Purpose } from "./refuse-set.ts";
import type { RestoreReport } from "./restore-report.ts";
import { RestoreRun, type StepAction } from "./restore-run.ts";

export interface RestoreOptions {
  /** As `stateName` writes it: `bare`, `director@1.12.0`. */
  readonly state: string;
  /** Stops after every VM was proven to be on one set; the VMs stay off. */
  readonly until?: "same-set";
  readonly signal?: AbortSignal;
}

const ACTIONS: Readonly<Record<RestorePhase, (run: RestoreRun, group: RestoreGroup) => StepAction>> = {
  "power off": () => powerOff,
  revert: () => revert,
  "same set": (run, group) => proveSameSet(run, group.steps),
  "power on control planes": (run) => powerOn("power on control planes", run),
  "power on workers": (run) => powerOn("power on workers", run),
  clock: () => proveClock,
  "nodes ready": () => awaitNode,
  "pods back": () => awaitPods,
  "director ready": () => awaitDirector,
  fingerprint: () => fingerprint,
};

const refuseLimited = (context: BedContext, limitations: readonly Limitation[]): void => {
  if (limitations.length === 0) return;
  throw new KuberaError("RESTORE_UNSUPPORTED", {
    what: `the hypervisor of the bed ${context.bed.name} cannot do ${limitations.map(({ step }) => step).join(", ")}`,
    where: context.bed.machines.driver === "esx" ? context.bed.machines.endpoint : `driver ${context.bed.machines.driver}`,
    because: limitations.map(({ step, because }) => `${step}: ${because}`).join("\n           "),
    fix: "Use a real ESX host or vCenter; --until same-set stops before what cannot be done.",
  });
};

/** All VMs of the bed, in the order of its file. */
export const vmNames = (context: BedContext): string[] => context.bed.clusters.flatMap((cluster) => cluster.vms.map((vm) => vm.name));

/** The plan of a restore, from what the hypervisor says now. Errors: as `planRestore`. */
const planNow = async (context: BedContext, options: BeginOptions, signal: AbortSignal): Promise<RestorePlan> => {
  const inspected = await context.machines.inspect(vmNames(context), { signal, sizes: false });
  const { state, purpose } = options;
  return planRestore(context.bed, inspected, { state, nowMs: context.clock.now(), ...(purpose && { purpose }) });
};

export interface BeginOptions extends RestoreOptions {
  readonly purpose?: Purpose;
  /** The command that does it all again, for errors; default: that of the restore. */
  readonly goOn?: string;
}

/** Plans and refuses; nothing has been touched when it returns. Errors: those of `planRestore`, `RESTORE_UNSUPPORTED`. */
export const beginRestore = async (context: BedContext, options: BeginOptions): Promise<RestoreRun> => {
  const signal = options.signal ?? new AbortController().signal;
  const limitations = await context.machines.limitations();
  if (options.until === undefined) refuseLimited(context, limitations);
  const plan = await planNow(context, options, signal);
  const run = new RestoreRun(context, { plan, limitations, signal, ...(options.goOn !== undefined && { goOn: options.goOn }) });
  for (const { step, because } of limitations) run.tell({ phase: "cannot be done", subject: step, state: "note", because });
  for (const note of plan.notes) run.tell({ phase: "plan", state: "note", because: note });
  await noteBootIds(run);
  return run;
};

/** Does groups of the plan, one after the other. Error: `RESTORE_FAILED`. */
export const doGroups = async (run: RestoreRun, groups: readonly RestoreGroup[]): Promise<void> => {
  for (const group of groups) await run.do(group, ACTIONS[group.phase](run, group));
};

/** How many groups are done. */
const endOf = (plan: RestorePlan, until: RestoreOptions["until"]): number =>
  until === undefined ? plan.groups.length : 1 + plan.groups.findIndex((group) => group.phase === "same set");

/** What is known of the bed from now on, also when this process dies before it can say more. */
const markRun = async ({ context, plan, signal }: RestoreRun, state: "clean" | "dirty" | "broken", because: string): Promise<void> => {
  await context.marks.write(
    {
      bed: plan.bed,
      state,
      ...(state === "broken" ? {} : { holds: plan.state, set: plan.manifest.set }),
      because,
      at: new Date(context.clock.now()).toISOString(),
    },
    signal,
  );
};

const markEnd = ({ until }: RestoreOptions, run: RestoreRun): Promise<void> => {
  if (until !== undefined) return markRun(run, "dirty", "restored until same set; its VMs are off");
  const isEvidence = frozenIdOf(run.plan.state) !== undefined;
  return markRun(run, isEvidence ? "dirty" : "clean", isEvidence ? "a frozen state was brought back" : "restored");
};

const execute = async (run: RestoreRun, options: RestoreOptions): Promise<RestoreReport> => {
  const { until } = options;
  const end = endOf(run.plan, until);
  await doGroups(run, run.plan.groups.slice(0, end));
  for (const { phase } of run.plan.groups.slice(end)) run.tell({ phase, state: "skipped", because: "stopped on purpose after same set" });
  await markEnd(options, run);
  return run.report(until === undefined ? "restored" : "same set");
};

/** What cannot be reported, on a full disk above all, must not hide why. */
const reportFailure = (run: RestoreRun, error: unknown): Promise<void> =>
  run.context
    .onRestored(run.report("failed", error))
    .catch((cause: unknown) =>
      run.tell({ phase: "report", subject: run.plan.bed, state: "note", because: `the restore is not reported: ${reasonOf(cause)}` }),
    );

/** The mark without which nothing is begun: a bed of which it cannot be said is left as it is. */
export const markBegun = async (run: RestoreRun, because: string): Promise<void> => {
  try {
    await markRun(run, "broken", because);
  } catch (error) {
    await reportFailure(run, error);
    throw error;
  }
};

/** A failed step leaves the bed broken, never half restored and in use. */
export const giveUpRun = async (run: RestoreRun, error: unknown): Promise<void> => {
  // Of a bed that is somebody else's by now its next holder says what it is.
  await markRun(run, "broken", reasonOf(error)).catch((cause: unknown) =>
    run.tell({ phase: "mark", subject: run.plan.bed, state: "note", because: `the bed is not marked: ${reasonOf(cause)}` }),
  );
  await reportFailure(run, error);
};

/**
 * Restores all VMs of all clusters of a bed to one set, by the plan of `planRestore`; from its beginning, however far an earlier one came.
 * A failure after the first power-off marks the bed broken.
 *
 * Errors: those of `planRestore`, before anything is touched; `RESTORE_UNSUPPORTED` when the hypervisor cannot do a step and
 * `until` does not stop before it; `RESTORE_FAILED` naming every VM or node of the group that failed, with its cause and the command that goes on.
 */
export const restoreSet = async (context: BedContext, options: BeginOptions): Promise<RestoreReport> => {
  const run = await beginRestore(context, options);
  await markBegun(run, `a restore to ${run.plan.state} was begun and its end was not told`);
  try {
    const report = await execute(run, options);
    await context.onRestored(report);
    return report;
  } catch (error) {
    await giveUpRun(run, error);
    throw error;
  }
};
