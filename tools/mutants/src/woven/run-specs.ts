import { spawn } from "node:child_process";
import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { childEnvironment } from "@kubera-e2e/schema/child-environment";
import { readTrialReport, type EndedTest } from "./trial-report.ts";
import type { WovenPlace } from "./place.ts";

/** How Playwright's list shows a test that has ended. */
const ENDED = /^ +[✓✘-] +\d+ /;

export interface WovenRun {
  /** Specs that are run; all without it. */
  readonly specs?: readonly string[];
  readonly limitMs: number;
  /** Each test as it ends. */
  readonly tell: (line: string) => void;
}

/** Runs what a woven place has been told to run, on one data centre. Throws when no test ran. */
export const wovenRun = async ({ root }: WovenPlace, { specs = [], limitMs, tell }: WovenRun): Promise<readonly EndedTest[]> => {
  const report = join(root, "mutant-report.json");
  rmSync(report, { force: true });
  const argv = ["test", ...specs, "--project=api", "--workers=1", "--reporter=json,list", `--global-timeout=${limitMs}`];
  const env = { ...childEnvironment(), KUBERA_BED: "sim", PLAYWRIGHT_JSON_OUTPUT_NAME: report };
  const told = await new Promise<string>((resolve, reject) => {
    const child = spawn(join(root, "node_modules/.bin/playwright"), argv, { cwd: root, env, stdio: ["ignore", "pipe", "pipe"] });
    createInterface({ input: child.stdout }).on("line", (line) => ENDED.test(line) && tell(line));
    let text = "";
    child.stderr.setEncoding("utf8").on("data", (more: string) => (text = `${text}${more}`.slice(-2000)));
    child.once("error", reject).once("close", () => resolve(text));
  });
  rmSync(join(root, "_artifacts"), { recursive: true, force: true });
  if (!existsSync(report)) throw new Error(`Playwright left no report: ${told}`);
  return readTrialReport(readFileSync(report, "utf8"));
};
