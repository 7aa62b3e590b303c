import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { countOutcome, countVitest } from "./counts.ts";

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

it("says why a wait has failed", () => {
  const error =
    "KuberaError: [WAIT_DEADLINE] it did not come true within 60.0 s\n  where:   it\n  because: refused\n           not yet, because unknown\n  fix:     wait";
  const path = written({
    ...totals(0, 1, 0),
    testResults: [
      { name: "/clone/a.test.ts", status: "failed", assertionResults: [{ fullName: "waits", status: "failed", failureMessages: [error] }] },
    ],
  });
  const line = "a.test.ts › waits: KuberaError: [WAIT_DEADLINE] it did not come true within 60.0 s, because refused";
  expect(countVitest(path, "/clone").red).toEqual([line]);
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

const outcome = (code: number, failed: number) => ({
  schema: "kubera-e2e/outcome@1",
  run: "r",
  target: "sim",
  bed: "sim",
  build: "b",
  startedAt: "2026-01-01T00:00:00.000Z",
  endedAt: "2026-01-01T00:01:00.000Z",
  interrupted: false,
  counts: { planned: 2, passed: 2 - failed, failed, skipped: 0, blocked: 0, notRun: 0 },
  tests: [],
  errors: ["the bed could not be closed\n  at x"],
  causes: [],
  exit: { code, because: "told" },
});

it.each([
  { title: "that failed without a failed test is one failure", code: 2, failed: 0, counted: 1 },
  { title: "with a failed test counts that", code: 1, failed: 2, counted: 2 },
  { title: "that went well has none", code: 0, failed: 0, counted: 0 },
])("a run $title", ({ code, failed, counted }) => {
  const { failed: told, red } = countOutcome(written(outcome(code, failed)));
  expect(told).toBe(counted);
  expect(red).toEqual(["the bed could not be closed"]);
});
