import { Command, CommanderError } from "commander";
import { loadDotEnv } from "@kubera-e2e/schema/dot-env";
import { EXIT } from "@kubera-e2e/schema/exit-codes";
import { exitCodeOf, isKuberaError } from "@kubera-e2e/schema/kubera-error";
import { addBed } from "./commands/bed.ts";
import { addCheck } from "./commands/check.ts";
import { addContract } from "./commands/contract.ts";
import { addDemo } from "./commands/demo.ts";
import { addNew } from "./commands/new.ts";
import { addPlan } from "./commands/plan.ts";
import { addReport } from "./commands/report.ts";
import { addSim } from "./commands/sim.ts";
import { addTest } from "./commands/test.ts";
import { outliveReaders } from "./outlive-readers.ts";
import { settingsHelp } from "./settings-help.ts";

const EXAMPLES = `
Examples:
  pnpm test                     the api suite on the simulated data centre
  pnpm e2e bed list             every declared test bed
  pnpm e2e check --bed konvoy   its faults, each with its remedy
  pnpm e2e demo                 a red run that says why
`;

/** The command line of `e2e`; it does what `argv` says when it parses it. */
const newProgram = (argv: readonly string[], startedBy: number): Command => {
  const program = new Command("e2e")
    .description("End-to-end tests of Kubera Director: beds, runs, and why a run is red")
    .showHelpAfterError("(add --help for the options)")
    .exitOverride()
    .enablePositionalOptions()
    .addHelpText("after", EXAMPLES)
    .addHelpText("after", settingsHelp);
  for (const add of [addTest, addCheck, addBed, addReport, addDemo, addSim, addPlan, addNew, addContract]) add(program, argv, startedBy);
  return program;
};

const report = (error: unknown): number => {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.passed : EXIT.usage;
  if (isKuberaError(error)) {
    console.error(error.message);
    return exitCodeOf(error);
  }
  console.error(error instanceof Error ? (error.stack ?? error.message) : error);
  return EXIT.failed;
};

/** Runs one command line of `e2e`; answers its exit code. Errors go to stderr, never as a stack when they are of the house. */
export const main = async (argv: readonly string[], startedBy = process.ppid): Promise<number> => {
  outliveReaders();
  loadDotEnv();
  try {
    await newProgram(argv, startedBy).parseAsync(argv, { from: "user" });
    return typeof process.exitCode === "number" ? process.exitCode : EXIT.passed;
  } catch (error) {
    return report(error);
  }
};
