import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import { carryVerdicts, buildReport } from "@kubera-e2e/allure-report";
import { readOutcome } from "@kubera-e2e/outcome";
import { EXIT } from "@kubera-e2e/schema/exit-codes";
import { KuberaError } from "@kubera-e2e/schema/kubera-error";
import { newRunId } from "@kubera-e2e/schema/run-folder";
import { readSettings, type Settings } from "@kubera-e2e/schema/settings";
import { REPOSITORY } from "./repository.ts";
import { runForeground } from "./run-foreground.ts";
import { readTestFlags } from "./test-flags.ts";

const playwrightCli = (): string => createRequire(join(REPOSITORY, "package.json")).resolve("@playwright/test/cli");

const refuseUnnamedBed = (settings: Settings): void => {
  if (!settings.CI || settings.KUBERA_BED !== undefined || settings.KUBERA_HOST !== undefined) return;
  throw new KuberaError("BED_REQUIRED", {
    what: "CI is set and no test bed is named",
    where: "KUBERA_BED",
    because: "a green run on the simulated data centre must never be mistaken for one on real machines",
    fix: "Name one: KUBERA_BED=konvoy, or KUBERA_BED=sim to say that the simulated data centre is meant.",
  });
};

const finish = async (runFolder: string, playwrightExit: number): Promise<number> => {
  const outcome = await readOutcome(runFolder);
  if (outcome === undefined) return playwrightExit === 0 ? EXIT.passed : playwrightExit;
  if (outcome.exit.code === EXIT.nothingSelected) return EXIT.nothingSelected;
  await carryVerdicts(runFolder);
  console.log(`\nReport: ${await buildReport(runFolder)}`);
  return outcome.exit.code;
};

/**
 * Runs Playwright with the given flags, then carries the verdicts into the report and builds it.
 * Answers the exit code of `outcome.json`.
 *
 * Errors: those of settings and flags, `BED_REQUIRED` under CI without a bed.
 */
export const launchTests = async (argv: readonly string[], extra: Readonly<Record<string, string>> = {}): Promise<number> => {
  const settings = readSettings();
  const flags = readTestFlags(argv, { gui: settings.KUBERA_GUI });
  refuseUnnamedBed(settings);
  const run = settings.KUBERA_RUN ?? newRunId(Date.now(), process.pid);
  const environment = { ...extra, KUBERA_RUN: run };
  const exit = await runForeground([process.execPath, playwrightCli(), "test", ...flags.args], { cwd: REPOSITORY, environment });
  if (!flags.runs) return exit;
  return finish(resolve(REPOSITORY, settings.ARTIFACTS, run), exit);
};
