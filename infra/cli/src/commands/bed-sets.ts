import type { Command } from "commander";
import { WAIT_OPTION } from "./bed-lease.ts";

interface Flags {
  readonly wait?: string;
  readonly yes?: boolean;
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

const GC_EXAMPLES = `
Examples:
  pnpm e2e bed gc konvoy --dry-run                  what would go, what stays, and why
  pnpm e2e bed gc konvoy --drop director@1.10.0     also all sets of a state that nobody needs any more
`;

const RENEW_EXAMPLES = `
Examples:
  pnpm e2e bed renew konvoy --state bare --dry-run  every command that would be run
  pnpm e2e bed renew konvoy --state bare

The bed's file declares the commands: renew.steps.
`;

const changing = (command: Command): Command =>
  command
    .option(...WAIT_OPTION)
    .option("--dry-run", "print the plan and stop")
    .option("--yes", "do not ask")
    .option("--json", "pure JSON");

const addGc = (bed: Command): void => {
  changing(bed.command("gc <bed>"))
    .description("remove half sets, expired frozen states and sets over the declared retention")
    .option("--drop <state>", "also every set of this state, but the one the bed runs on")
    .addHelpText("after", GC_EXAMPLES)
    .action(async (name: string, options: Flags & { drop?: string }) => (await import("../bed-gc.ts")).gcBed(name, options));
};

const addRenew = (bed: Command): void => {
  changing(bed.command("renew <bed>"))
    .description("renew the certificates inside a set: restore, run the declared commands, prove, take the set again")
    .requiredOption("--state <state>", "bare; director, openebs or openebs-base of the build under test; director@1.11.0")
    .addHelpText("after", RENEW_EXAMPLES)
    .action(async (name: string, options: Flags & { state: string }) => (await import("../bed-renew.ts")).renewBed(name, options));
};

/** `e2e bed gc` and `renew`: what becomes of sets. */
export const addBedSets = (bed: Command): void => {
  addGc(bed);
  addRenew(bed);
};
