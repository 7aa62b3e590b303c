import type { Command } from "commander";

interface Flags {
  readonly yes?: boolean;
  readonly dryRun?: boolean;
  readonly json?: boolean;
  readonly drop?: string;
}

const GC_EXAMPLES = `
Examples:
  pnpm e2e bed gc konvoy --dry-run                  what would go, what stays, and why
  pnpm e2e bed gc konvoy --drop director@1.10.0     also all sets of a state that nobody needs any more
`;

/** `e2e bed gc`: sets that nobody needs. */
export const addBedGc = (bed: Command): void => {
  bed
    .command("gc <bed>")
    .description("remove half sets, expired frozen states and sets over the declared retention")
    .option("--drop <state>", "also every set of this state, but the one the bed runs on")
    .option("--dry-run", "print the plan and stop")
    .option("--yes", "do not ask")
    .option("--json", "pure JSON")
    .addHelpText("after", GC_EXAMPLES)
    .action(async (name: string, options: Flags) => (await import("../bed-gc.ts")).gcBed(name, options));
};
