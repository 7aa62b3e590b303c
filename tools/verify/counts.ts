import { readFileSync } from "node:fs";
import { stripVTControlCharacters } from "node:util";
import { z } from "zod";
import { outcomeSchema } from "@kubera-e2e/schema/outcome";

export interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  /** One line per test that failed: its name, the first line of its error, and what that says of its cause. */
  readonly red: readonly string[];
}

const vitestSchema = z.object({
  numPassedTests: z.int(),
  numFailedTests: z.int(),
  numPendingTests: z.int(),
  numFailedTestSuites: z.int(),
  testResults: z.array(
    z.object({
      name: z.string(),
      status: z.string(),
      message: z.string().default(""),
      assertionResults: z.array(z.object({ fullName: z.string(), status: z.string(), failureMessages: z.array(z.string()).nullish() })),
    }),
  ),
});

type VitestFile = z.infer<typeof vitestSchema>["testResults"][number];

const readJson = (path: string): unknown => JSON.parse(readFileSync(path, "utf8"));

const firstLine = (text: string): string => stripVTControlCharacters(text).trim().split("\n")[0] ?? "";

const errorLine = (text: string): string => {
  const because = /^ {2}because: (.+)$/m.exec(stripVTControlCharacters(text))?.[1];
  return because === undefined ? firstLine(text) : `${firstLine(text)}, because ${because}`;
};

const redTests = ({ name, status, message, assertionResults }: VitestFile, root: string): readonly string[] => {
  const file = name.startsWith(`${root}/`) ? name.slice(root.length + 1) : name;
  const failed = assertionResults.filter((test) => test.status === "failed");
  // A file that does not load has failed without a failed test in it.
  if (failed.length === 0) return status === "failed" ? [`${file}: ${errorLine(message)}`] : [];
  return failed.map((test) => `${file} › ${test.fullName.trim()}: ${errorLine(test.failureMessages?.[0] ?? "")}`);
};

/** Counts of a JSON report of vitest; files are named from `root`. */
export const countVitest = (path: string, root: string = process.cwd()): Counts => {
  const result = vitestSchema.parse(readJson(path));
  return {
    passed: result.numPassedTests,
    failed: Math.max(result.numFailedTests, result.numFailedTestSuites > 0 ? 1 : 0),
    skipped: result.numPendingTests,
    red: result.testResults.flatMap((file) => redTests(file, root)),
  };
};

/** Counts of one e2e run by its `outcome.json`; whatever is neither passed nor failed counts as skipped. */
export const countOutcome = (path: string): Counts => {
  const { counts, tests, errors, exit } = outcomeSchema.parse(readJson(path));
  const failed = tests.filter((test) => test.status === "failed");
  return {
    passed: counts.passed,
    // A bed that cannot be opened, or a run that was cut short, has failed without a failed test.
    failed: counts.failed === 0 && exit.code !== 0 ? 1 : counts.failed,
    skipped: counts.skipped + counts.blocked + counts.notRun,
    red: [...failed.map(({ test, because }) => `${test.file} › ${test.title}: ${because ?? ""}`), ...errors.map(firstLine)],
  };
};
