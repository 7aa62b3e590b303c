import type { CallOptions, Limitation, Machines } from "@kubera-e2e/machines";
import { KuberaError } from "@kubera-e2e/schema/kubera-error";
import { withinDeadline } from "./deadline.ts";
import { bootIdsOf } from "./describe-cluster.ts";
import type { RestorePhase, RestoreStep } from "./restore-plan.ts";
import type { RestoreRun, StepAction } from "./restore-run.ts";
import { throughLocks } from "./through-locks.ts";

/** The VM of a step that is about a VM. */
const vmOf = (step: RestoreStep): string => step.vm ?? step.subject;

interface MachineTask {
  readonly step: RestoreStep;
  readonly phase: RestorePhase;
  readonly what: string;
  readonly call: (machines: Machines, vm: string, options: CallOptions) => Promise<unknown>;
}

const doTask = (run: RestoreRun, { step, phase, what, call }: MachineTask): Promise<unknown> => {
  const { clock, bed, machines } = run.context;
  const { power, locked, poll } = bed.intervals;
  const onWait = (because: string): void => run.tell({ phase, subject: step.subject, state: "waiting", because });
  const onProgress = (percent: number): void => run.tell({ phase, subject: step.subject, state: "waiting", because: `${percent} %` });
  return withinDeadline(
    { clock, ms: power, what: `${what} of ${vmOf(step)}`, where: step.esxHost ?? bed.name, signal: run.signal },
    (signal) =>
      throughLocks({ clock, ms: locked, pauseMs: poll, signal, onWait }, () => call(machines, vmOf(step), { signal, onProgress })),
  );
};

const cannot = (run: RestoreRun, step: Limitation["step"]): string | undefined =>
  run.limitations.find((limitation) => limitation.step === step)?.because;

export const powerOff: StepAction = async (step, run) => {
  const skip = cannot(run, "powerOff");
  if (skip !== undefined) return { skip };
  await doTask(run, { step, phase: "power off", what: "the power-off", call: (machines, vm, options) => machines.powerOff(vm, options) });
  return {};
};

export const revert: StepAction = async (step, run) => {
  const { snapshotId } = step;
  if (snapshotId === undefined) throw new Error(`the plan names no snapshot for ${step.subject}`);
  await doTask(run, {
    step,
    phase: "revert",
    what: "the revert",
    call: (machines, vm, options) => machines.revert(vm, snapshotId, options),
  });
  return {};
};

/** Reads all VMs at once when the first step of the group asks, so that they are compared at one moment. */
export const proveSameSet = (run: RestoreRun, steps: readonly RestoreStep[]): StepAction => {
  const inspected = run.context.machines.inspect(steps.map(vmOf), { signal: run.signal, sizes: false });
  // Awaited by every step; a failure is told there.
  inspected.catch(() => {});
  return async (step) => {
    const machine = (await inspected).find((candidate) => candidate.name === vmOf(step));
    const isOff = machine?.power === "off" || cannot(run, "powerOff") !== undefined;
    if (machine?.currentSnapshot === step.snapshotId && isOff) return {};
    throw new KuberaError("SET_MIXED", {
      what: `${vmOf(step)} is not off and on ${step.snapshotId ?? "its snapshot"} after the revert`,
      where: `${vmOf(step)} on ${step.esxHost ?? "?"}`,
      because: `it is ${machine?.power ?? "unknown"} and on ${machine?.currentSnapshot ?? "no snapshot"}`,
      fix: "Nobody else may touch the bed's VMs while it is restored; look who powered it on or reverted it, then restore again.",
    });
  };
};

/** Counts the pauses of the plan from the moment at which it is made. */
export const powerOn = (phase: RestorePhase, { context: { clock } }: RestoreRun): StepAction => {
  const startMs = clock.monotonicMs();
  return async (step, run) => {
    const skip = cannot(run, "powerOn");
    if (skip !== undefined) return { skip };
    const leftMs = startMs + (step.afterMs ?? 0) - clock.monotonicMs();
    if (leftMs > 0) await clock.sleep(leftMs, run.signal);
    run.poweredOnAtMs.set(vmOf(step), run.context.clock.now());
    await doTask(run, { step, phase, what: "the power-on", call: (machines, vm, options) => machines.powerOn(vm, options) });
    return {};
  };
};

/** bootIDs before the restore, where the API still answers; a bed in ruins has none to give, and that is no failure. */
export const noteBootIds = async (run: RestoreRun): Promise<void> => {
  const { bed } = run.context;
  const note = async (cluster: string): Promise<void> => {
    const onUnknown = (because: string): void => run.tell({ phase: "look", subject: cluster, state: "note", because });
    const bootIds = await bootIdsOf(run.context, cluster, { signal: run.signal, onUnknown });
    for (const [node, bootId] of bootIds) run.bootIdsBefore.set(`${cluster}/${node}`, bootId);
  };
  await Promise.all(bed.clusters.map(({ name }) => note(name)));
};
