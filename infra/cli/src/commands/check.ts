import type { Command } from "commander";

const EXAMPLES = `
Examples:
  pnpm e2e check                       everything that can be asked of the bed in KUBERA_BED, or of the sim
  pnpm e2e check --bed konvoy --skip node-disk
  pnpm e2e check --json
`;

interface CheckFlags {
  readonly bed?: string;
  readonly only?: string;
  readonly skip?: string;
  readonly json?: boolean;
}

/** `e2e check`: every fault of a bed at once, each with its remedy. */
export const addCheck = (program: Command): void => {
  program
    .command("check")
    .description("ask a bed's vSphere, clusters and registry for faults; exit code 20 when one would block a run")
    .option("--bed <name>", "the bed; default KUBERA_BED, then sim")
    .option("--only <ids>", "run these checks, separated by commas")
    .option("--skip <ids>", "leave these out")
    .option("--json", "pure JSON")
    .addHelpText("after", EXAMPLES)
    .action(async (flags: CheckFlags) => {
      const { checkBed } = await import("../check-bed.ts");
      process.exitCode = await checkBed(flags);
    });
};
