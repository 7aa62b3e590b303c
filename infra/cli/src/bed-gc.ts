import { collectSets, planGc, printGcPlan } from "@kubera-e2e/lifecycle/sets";
import { print, type BedFlags } from "./bed-actions.ts";
import { holding } from "./bed-lease.ts";
import { printProgress } from "./bed-progress.ts";
import { withBed, type OpenedBed } from "./bed-session.ts";
import { confirm } from "./confirm.ts";
import { droppedState, refuseUnmatched } from "./dropped-state.ts";
import { vmNames } from "./vm-names.ts";

export type GcFlags = BedFlags & { readonly drop?: string };

const planNow = async ({ context }: OpenedBed, drop: string | undefined) => {
  const [mark, machines] = await Promise.all([context.marks.read(context.bed.name), context.machines.inspect(vmNames(context))]);
  const nowMs = context.clock.now();
  return planGc(context.bed, machines, { nowMs, mark, ...(drop !== undefined && { drop }) });
};

/** Removes sets that nobody needs, after a printed plan. Errors: `USAGE`, also when --drop names what is not there; `MACHINE_UNREACHABLE`, `LEASE_HELD`, `SET_NOT_REMOVED`. */
export const gcBed = (name: string, flags: GcFlags): Promise<void> =>
  withBed(name, printProgress, async (opened) => {
    const drop = flags.drop === undefined ? undefined : droppedState(flags.drop, opened.settings);
    const plan = await planNow(opened, drop);
    if (drop !== undefined) refuseUnmatched(plan, drop);
    if (flags.dryRun === true || plan.goes.length === 0) {
      print(flags, plan, () => [printGcPlan(plan)]);
      return;
    }
    await confirm(
      {
        plan: () => [printGcPlan(plan)],
        question: `Remove ${plan.goes.length === 1 ? "this set" : `these ${plan.goes.length} sets`} of ${name}?`,
      },
      flags,
    );
    const done = await holding(opened, { verb: "gc", flags }, async (leased, signal) => {
      // Whoever held the bed until now may have changed what there is.
      const fresh = await planNow(opened, drop);
      await collectSets(leased, fresh, signal);
      return fresh;
    });
    print(flags, done, () => [`${name}: ${done.goes.length} of its sets removed, ${done.stays.length} stay`]);
  });
