import { spawn } from "node:child_process";
import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { ListedTest } from "@kubera-e2e/cli/list-tests";
import { childEnvironment } from "@kubera-e2e/schema/child-environment";
import { readReport } from "./playwright-report.ts";
import type { RunEnd } from "./verdict.ts";

export interface SpecRun {
  readonly root: string;
  readonly tests: readonly ListedTest[];
  readonly limitMs: number;
  /** Whether the first test that fails ends it. */
  readonly untilRed: boolean;
}

const ended = (argv: readonly string[], { root, env }: { readonly root: string; readonly env: NodeJS.ProcessEnv }): Promise<string> =>
  new Promise((resolve, reject) => {
    const child = spawn(join(root, "node_modules/.bin/playwright"), argv, { cwd: root, env, stdio: ["ignore", "ignore", "pipe"] });
    let told = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => (told = `${told}${text}`.slice(-2000)));
    child.once("error", reject);
    child.once("close", () => resolve(told));
  });

/** Rows of a table share a line, so that titles choose among them. */
const choiceOf = (tests: readonly ListedTest[]): readonly string[] => {
  const places = [...new Set(tests.map(({ file, line }) => `${file}:${line}`))];
  const titles = [...new Set(tests.map(({ title }) => title.replaceAll(/[\\^$.*+?()[\]{}|/]/g, String.raw`\$&`)))];
  return [...places, "--grep", titles.join("|")];
};

/** Runs tests of the api suite on a simulated data centre of their own. */
export const runSpecs = async ({ root, tests, limitMs, untilRed }: SpecRun): Promise<RunEnd> => {
  const report = join(root, "mutant-report.json");
  rmSync(report, { force: true });
  const argv = ["test", ...choiceOf(tests), "--project=api", "--workers=1", "--reporter=json", `--global-timeout=${limitMs}`];
  const env = { ...childEnvironment(), KUBERA_BED: "sim", PLAYWRIGHT_JSON_OUTPUT_NAME: report };
  const told = await ended(untilRed ? [...argv, "-x"] : argv, { root, env });
  rmSync(join(root, "_artifacts"), { recursive: true, force: true });
  if (existsSync(report)) return readReport(readFileSync(report, "utf8"));
  return { tests: [], errors: [`Playwright left no report: ${told}`] };
};
