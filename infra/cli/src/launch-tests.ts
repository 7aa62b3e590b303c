import { existsSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { constants } from "node:os";
import { join, resolve } from "node:path";
import { carryVerdicts, buildReport } from "@kubera-e2e/allure-report";
import { readOutcome } from "@kubera-e2e/outcome";
import { EXIT } from "@kubera-e2e/schema/exit-codes";
import { KuberaError } from "@kubera-e2e/schema/kubera-error";
import { newRunId } from "@kubera-e2e/schema/run-folder";
import { readSettings } from "@kubera-e2e/schema/settings";
import { preflight } from "./preflight.ts";
import { REPOSITORY } from "./repository.ts";
import { runForeground } from "./run-foreground.ts";
import { readTestFlags } from "./test-flags.ts";

/** Settings that the caller makes. */
type Given = Readonly<Partial<Record<"KUBERA_BED" | "KUBERA_VALUES", string>>>;

const playwrightCli = (): string => createRequire(join(REPOSITORY, "package.json")).resolve("@playwright/test/cli");

const nothingSelected = (argv: readonly string[]): KuberaError =>
  new KuberaError("NOTHING_SELECTED", {
    what: "no test was selected, so none was run",
    where: ["pnpm test", ...argv].join(" "),
    because: argv.includes("--last-failed")
      ? "no test failed in the last run, or none of those that did matches the other flags"
      : "no test of this repository matches these flags",
    fix: "See what there is: pnpm test --list",
  });

const signalOf = (exit: number): string | undefined => Object.entries(constants.signals).find(([, number]) => exit === 128 + number)?.[0];

const endedBy = (signal: string, runFolder: string): KuberaError =>
  new KuberaError("INTERRUPTED", {
    what: `Playwright was ended by ${signal} before it could tell an outcome`,
    where: runFolder,
    because: signal === "SIGKILL" ? "somebody killed it, or this computer ran out of memory" : "the signal came before the run had begun",
    fix: "Run it again; a bed that it held is free 90 seconds later at the latest.",
  });

/** Playwright has one code for all that keeps it from beginning; a run that began has a folder. */
const exitWithoutOutcome = (runFolder: string, playwrightExit: number): number => {
  const signal = signalOf(playwrightExit);
  if (signal !== undefined) throw endedBy(signal, runFolder);
  return playwrightExit === EXIT.failed && !existsSync(runFolder) ? EXIT.usage : playwrightExit;
};

const finish = async (runFolder: string, playwrightExit: number, argv: readonly string[]): Promise<number> => {
  const outcome = await readOutcome(runFolder);
  if (outcome === undefined) return exitWithoutOutcome(runFolder, playwrightExit);
  if (outcome.exit.code === EXIT.nothingSelected) {
    rmSync(runFolder, { recursive: true, force: true });
    throw nothingSelected(argv);
  }
  await carryVerdicts(runFolder);
  console.log(`\nReport: ${await buildReport(runFolder)}`);
  return outcome.exit.code;
};

/**
 * Runs Playwright with the given flags, then carries the verdicts into the report and builds it.
 * Answers the exit code of `outcome.json`.
 *
 * Errors: those of settings, flags and `preflight`; `NOTHING_SELECTED`, `INTERRUPTED`, `CHROMIUM_MISSING` with KUBERA_GUI=1.
 */
export const launchTests = async (argv: readonly string[], extra: Given = {}): Promise<number> => {
  const settings = { ...readSettings(), ...extra };
  const flags = readTestFlags(argv, { gui: settings.KUBERA_GUI });
  if (flags.runs) await preflight(settings);
  // Playwright would end with 1 where a missing browser is a matter of settings.
  if (settings.KUBERA_GUI) (await import("./chromium.ts")).findChromium(settings);
  const run = settings.KUBERA_RUN ?? newRunId(Date.now(), process.pid);
  const environment = { ...extra, KUBERA_RUN: run, ...(flags.keep !== undefined && { KUBERA_KEEP: flags.keep }) };
  const exit = await runForeground([process.execPath, playwrightCli(), "test", ...flags.args], { cwd: REPOSITORY, environment });
  if (!flags.runs) return exit;
  return finish(resolve(REPOSITORY, settings.ARTIFACTS, run), exit, argv);
};
