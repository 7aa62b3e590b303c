import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { TestIdentity } from "@kubera-e2e/schema/evidence";
import type { TestResultRecord } from "@kubera-e2e/schema/outcome";
import type { Incident } from "@kubera-e2e/schema/verdict";
import { type AllureResult, readResult, resultFiles, writeJson, writeWhole } from "./allure-result.ts";
import { findPlan } from "./find-plan.ts";
import { incidentTrace } from "./verdict-page.ts";
import { reportName, targetWords } from "./report-names.ts";
import { rewriteResult } from "./rewrite-result.ts";
import { readRun, type StoredRun } from "./stored-run.ts";
import { unfoldCalls } from "./unfold-calls.ts";

const SEPARATOR = " › ";

/** File and title of a result; Allure names files from the test folder, we from the repository. */
const isOf = (result: AllureResult, { test }: TestResultRecord): boolean => {
  const project = result.parameters.find(({ name }) => name === "Project")?.value;
  if (project !== undefined && project !== test.project) return false;
  const [file = "", ...titles] = result.fullName.split(SEPARATOR);
  return titles.join(SEPARATOR) === test.title && (test.file === file || test.file.endsWith(`/${file}`));
};

const isSame = (a: TestIdentity, b: TestIdentity): boolean =>
  a.plan === b.plan && a.row === b.row && a.project === b.project && a.title === b.title && a.file === b.file;

const attachmentOf = (incident: Incident | undefined): string | undefined =>
  incident === undefined ? undefined : `root-cause-${incident.id}-attachment.json`;

const carryResults = (runFolder: string, { outcome, diagnosis, results }: StoredRun): void => {
  for (const name of resultFiles(results)) {
    const file = join(results, name);
    const { result, done } = unfoldCalls(results, readResult(file));
    const record = outcome.tests.find((candidate) => isOf(result, candidate));
    if (record === undefined) continue;
    const incident = diagnosis.incidents.find(({ tests }) => tests.some((test) => isSame(test, record.test)));
    const verdict = { record, incident, attachment: attachmentOf(incident), plan: findPlan(runFolder, record.test) };
    writeWhole(file, JSON.stringify(rewriteResult(result, verdict)));
    for (const told of done) rmSync(told, { force: true });
  }
  for (const incident of diagnosis.incidents) writeJson(results, attachmentOf(incident) ?? "", incident);
};

const headline = ({ id, cause, class: whose, tests }: Incident): string =>
  tests.length === 0
    ? `ALSO SEEN, behind no failure: ${id} ${cause} (${whose})`
    : `ROOT CAUSE ${id} ${cause} (${whose}): ${tests.length} ${tests.length === 1 ? "failure" : "failures"}`;

/** One error per incident on the page of the run. */
const writeGlobals = ({ outcome, diagnosis, results }: StoredRun): void => {
  const timestamp = Date.parse(outcome.endedAt);
  const errors = diagnosis.incidents.map((incident) => ({
    message: [headline(incident), incident.summary, `What to do: ${incident.remedy}`].join("\n"),
    trace: incidentTrace(incident),
    timestamp,
  }));
  writeJson(results, "kubera-e2e-globals.json", { errors, attachments: [] });
};

const writeSurroundings = ({ outcome, results }: StoredRun): void => {
  const { run, bed, build, target } = outcome;
  const facts = { Bed: bed, Build: build, Target: targetWords(target), Run: run, Node: process.version };
  const lines = Object.entries(facts).map(([name, value]) => `${name}=${value}\n`);
  writeWhole(join(results, "environment.properties"), lines.join(""));
  writeJson(results, "executor.json", { name: "kubera-e2e", type: "kubera-e2e", buildName: run, reportName: reportName(outcome) });
};

/**
 * Writes the verdicts of a run into its Allure results: status, labels, message, description and first attachment of each failed test,
 * one error per incident for the run, environment and executor. Carrying again gives the same.
 *
 * Error: `RUN_NOT_FOUND` when the folder holds no outcome.
 */
export const carryVerdicts = (runFolder: string): Promise<void> => {
  const run = readRun(runFolder);
  mkdirSync(run.results, { recursive: true });
  carryResults(runFolder, run);
  writeGlobals(run);
  writeSurroundings(run);
  return Promise.resolve();
};
