import { collectSets, planGc, printGcPlan } from "@kubera-e2e/lifecycle/sets";
import { frozenIdOf } from "@kubera-e2e/schema/set";
import { print, type BedFlags } from "./bed-actions.ts";
import { holding } from "./bed-lease.ts";
import { printProgress } from "./bed-progress.ts";
import { withBed, type OpenedBed } from "./bed-session.ts";
import { confirm } from "./confirm.ts";
import { setNameOf } from "./set-name.ts";
import { vmNames } from "./vm-names.ts";

export type GcFlags = BedFlags & { readonly drop?: string };

const droppedState = (text: string, settings: OpenedBed["settings"]): string =>
  frozenIdOf(text) === undefined ? setNameOf(text, settings) : text;

const planNow = async ({ context, settings }: OpenedBed, { drop }: GcFlags) => {
  const [mark, machines] = await Promise.all([context.marks.read(context.bed.name), context.machines.inspect(vmNames(context))]);
  const nowMs = context.clock.now();
  return planGc(context.bed, machines, { nowMs, mark, ...(drop !== undefined && { drop: droppedState(drop, settings) }) });
};

/** Removes sets that nobody needs, after a printed plan. Errors: `USAGE`, `LEASE_HELD`, `SET_NOT_REMOVED`. */
export const gcBed = (name: string, flags: GcFlags): Promise<void> =>
  withBed(name, printProgress, async (opened) => {
    const plan = await planNow(opened, flags);
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
      const fresh = await planNow(opened, flags);
      await collectSets(leased, fresh, signal);
      return fresh;
    });
    print(flags, done, () => [`${name}: ${done.goes.length} of its sets removed, ${done.stays.length} stay`]);
  });
