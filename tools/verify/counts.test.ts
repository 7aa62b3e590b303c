import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { countVitest } from "./counts.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "counts-"));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

const written = (value: unknown): string => {
  const path = join(folder, "report.json");
  writeFileSync(path, JSON.stringify(value));
  return path;
};

/** What vitest counts beside the files themselves. */
const totals = (passed: number, failed: number, skipped: number) => ({
  numPassedTests: passed,
  numFailedTests: failed,
  numPendingTests: skipped,
  numFailedTestSuites: 1,
});

it("names every red test with its file and the first line of its error", () => {
  const path = written({
    ...totals(1, 1, 2),
    testResults: [
      {
        name: "/clone/infra/kube/test/watch.test.ts",
        status: "failed",
        message: "",
        assertionResults: [
          { fullName: " watch ends", status: "passed", failureMessages: [] },
          { fullName: " watch begins again", status: "failed", failureMessages: ["\u001b[31mError: late\u001b[39m\n  at x"] },
        ],
      },
    ],
  });
  expect(countVitest(path, "/clone")).toEqual({
    passed: 1,
    failed: 1,
    skipped: 2,
    red: ["infra/kube/test/watch.test.ts › watch begins again: Error: late"],
  });
});

it("counts a file that does not load as one failure", () => {
  const path = written({
    ...totals(0, 0, 0),
    testResults: [{ name: "/clone/a.test.ts", status: "failed", message: "SyntaxError: no\nmore", assertionResults: [] }],
  });
  expect(countVitest(path, "/clone")).toEqual({ passed: 0, failed: 1, skipped: 0, red: ["a.test.ts: SyntaxError: no"] });
});

it("refuses a report of another shape", () => {
  expect(() => countVitest(written({ numPassedTests: 1 }))).toThrow("numFailedTests");
});
