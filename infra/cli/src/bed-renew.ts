import { loadTestBed, openBed } from "@kubera-e2e/lifecycle";
import { planRenewNow, printRenewPlan, renewSet } from "@kubera-e2e/lifecycle/sets";
import { print, type BedFlags } from "./bed-actions.ts";
import { holding, readLease } from "./bed-lease.ts";
import { printProgress } from "./bed-progress.ts";
import { withBed } from "./bed-session.ts";
import { confirm } from "./confirm.ts";
import { commandRunner } from "./run-command.ts";
import { setNameOf } from "./set-name.ts";

/** Renews the certificates inside a set, after a printed plan. Errors: those of `renewSet`, `USAGE`, `LEASE_HELD`. */
export const renewBed = (name: string, flags: BedFlags & { readonly state: string }): Promise<void> =>
  withBed(name, printProgress, async (opened) => {
    const { context, settings } = opened;
    const state = setNameOf(flags.state, settings);
    const lease = await readLease(context.bed, settings);
    const plan = await planRenewNow({ ...context, mixed: () => lease?.mixed }, state);
    if (flags.dryRun === true) {
      print(flags, plan, () => [printRenewPlan(plan)]);
      return;
    }
    const question = plan.reverts
      ? `Renew the certificates in the set of ${name} for ${state}? What is on its VMs now is lost.`
      : `Remove what is left of the set of ${name} that was renewed? Its VMs stay as they are.`;
    await confirm({ plan: () => [printRenewPlan(plan)], question }, flags);
    const { redactor } = context;
    const run = commandRunner(redactor, (line) => process.stderr.write(`          ${line}\n`));
    const reopen = () => openBed(loadTestBed(name, settings), settings, { redactor, onProgress: printProgress });
    const renewed = await holding(opened, { verb: `renew ${state}`, flags }, (leased, signal, { fence }) =>
      renewSet(leased, { state, run, reopen: async () => fence(await reopen()), signal }),
    );
    const until = renewed.lastUsableDay === undefined ? "" : `, whose certificates are valid until ${renewed.lastUsableDay}`;
    print(flags, renewed, () => [
      `${name} holds the set ${renewed.set} for ${state}${until}; ${renewed.dropped} is gone${renewed.areVmsOff ? "; its VMs are off" : ""}`,
    ]);
  });
