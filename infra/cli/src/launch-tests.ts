import { existsSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { constants } from "node:os";
import { join, resolve } from "node:path";
import { carryVerdicts, buildReport } from "@kubera-e2e/allure-report";
import { readOutcome } from "@kubera-e2e/outcome";
import { EXIT } from "@kubera-e2e/schema/exit-codes";
import { KuberaError } from "@kubera-e2e/schema/kubera-error";
import { runSecretsSchema } from "@kubera-e2e/schema/run-message";
import { newRunId } from "@kubera-e2e/schema/run-folder";
import { readSettings, type Settings } from "@kubera-e2e/schema/settings";
import { NODE_FLAGS } from "./node-flags.ts";
import { preflight } from "./preflight.ts";
import { REPOSITORY } from "./repository.ts";
import { runForeground } from "./run-foreground.ts";
import { guardArtifacts } from "./guard-artifacts.ts";
import { namesCases, writeOutCases } from "./plan/select-cases.ts";
import { placeOf } from "./run-place.ts";
import { readTestFlags } from "./test-flags.ts";

/** Where Node keeps what it has compiled of Playwright and the specs; from version 22 on, which starts a second earlier by it. */
const COMPILED = join(REPOSITORY, "node_modules", ".cache", "kubera-e2e", "compiled");

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

interface EndedRun {
  readonly runFolder: string;
  readonly settings: Settings;
  readonly argv: readonly string[];
  /** What the run process told of secrets. */
  readonly learned: ReadonlySet<string>;
}

const finish = async (playwrightExit: number, { runFolder, settings, argv, learned }: EndedRun): Promise<number> => {
  const outcome = await readOutcome(runFolder);
  if (outcome === undefined) return exitWithoutOutcome(runFolder, playwrightExit);
  if (outcome.exit.code === EXIT.nothingSelected) {
    rmSync(runFolder, { recursive: true, force: true });
    throw nothingSelected(argv);
  }
  await guardArtifacts(runFolder, settings, learned);
  await carryVerdicts(runFolder);
  console.log(`\nReport: ${await buildReport(runFolder)}`);
  return (await readOutcome(runFolder))?.exit.code ?? outcome.exit.code;
};

/** Two runs in one folder would be one report, and the folder of a run that selected nothing is removed. */
const refuseSecond = (runFolder: string, run: string): void => {
  if (!existsSync(runFolder)) return;
  throw new KuberaError("RUN_EXISTS", {
    what: `there is a run ${run} already`,
    where: runFolder,
    because: "two runs in one folder would be told as one",
    fix: "Give this run another id in KUBERA_RUN, or leave it out and get one; or remove the folder.",
  });
};

const withCasesWrittenOut = async (argv: readonly string[]): Promise<readonly string[]> => {
  if (!namesCases(argv)) return argv;
  console.error("looking for the specs of these cases …");
  const { listTests } = await import("./plan/list-tests.ts");
  return writeOutCases(argv, await listTests(REPOSITORY));
};

/** Only what must hold before tests are even listed. */
const checkPlace = async (settings: Settings): Promise<void> => {
  if (settings.KUBERA_HOST === undefined) await placeOf(settings);
};

/**
 * Runs Playwright with the given flags, then carries the verdicts into the report and builds it.
 * Answers the exit code of `outcome.json`.
 *
 * Errors: those of settings, flags and `preflight`; `RUN_EXISTS`, `NOTHING_SELECTED`, `INTERRUPTED`, `CHROMIUM_MISSING` with KUBERA_GUI=1.
 */
export const launchTests = async (given: readonly string[], extra: Given = {}): Promise<number> => {
  const settings = { ...readSettings(), ...extra };
  const argv = await withCasesWrittenOut(given);
  const flags = readTestFlags(argv, { gui: settings.KUBERA_GUI });
  await (flags.runs ? preflight(settings) : checkPlace(settings));
  // Playwright would end with 1 where a missing browser is a matter of settings.
  if (settings.KUBERA_GUI) (await import("./chromium.ts")).findChromium(settings);
  const run = settings.KUBERA_RUN ?? newRunId(Date.now(), process.pid);
  const runFolder = resolve(REPOSITORY, settings.ARTIFACTS, run);
  if (flags.runs) refuseSecond(runFolder, run);
  const environment = {
    ...extra,
    KUBERA_RUN: run,
    KUBERA_LAUNCHER: String(process.pid),
    ...(flags.keep !== undefined && { KUBERA_KEEP: flags.keep }),
  };
  const learned = new Set<string>();
  const exit = await runForeground([process.execPath, ...NODE_FLAGS, playwrightCli(), "test", ...flags.args], {
    cwd: REPOSITORY,
    environment,
    defaults: { NODE_COMPILE_CACHE: COMPILED },
    onMessage: (message) => {
      for (const secret of runSecretsSchema.safeParse(message).data?.secrets ?? []) learned.add(secret);
    },
  });
  if (!flags.runs) return exit;
  return finish(exit, { runFolder, settings, argv, learned });
};
