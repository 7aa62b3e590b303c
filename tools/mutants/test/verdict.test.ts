import { describe, expect, it } from "vitest";
import { readReport } from "../src/playwright-report.ts";
import { isWhole, judge, redIds, type RunEnd, type TestEnd } from "../src/verdict.ts";

const ended = (plan: string, status: TestEnd["status"], inSetUp = false): TestEnd => ({ plan, status, inSetUp });
const run = (tests: readonly TestEnd[], errors: readonly string[] = []): RunEnd => ({ tests, errors });

describe("a mutant", () => {
  it.each([
    {
      what: "is killed by a case that it names",
      end: run([ended("A", "failed"), ended("B", "passed")]),
      verdict: { end: "killed", by: ["A"] },
    },
    {
      what: "is killed by one row of several",
      end: run([ended("A", "passed"), ended("A", "failed"), ended("B", "passed")]),
      verdict: { end: "killed", by: ["A"] },
    },
    {
      what: "is killed where the run ended with the first failure",
      end: run([ended("A", "failed"), ended("B", "skipped")], ["stopped"]),
      verdict: { end: "killed", by: ["A"] },
    },
    { what: "survives while all of them are green", end: run([ended("A", "passed"), ended("B", "passed")]), verdict: { end: "survived" } },
    {
      what: "that keeps the simulator from starting is not killed",
      end: run([], ["Process from webServer was not able to start\nmore"]),
      verdict: { end: "errored", because: "Process from webServer was not able to start" },
    },
    {
      what: "that spoils the bed is not killed",
      end: run([ended("A", "failed", true)]),
      verdict: { end: "errored", because: "the bed was not made ready" },
    },
    {
      what: "of which nothing ran is not a survivor",
      end: run([ended("A", "passed"), ended("B", "skipped")]),
      verdict: { end: "errored", because: "nothing ran of B" },
    },
  ] as const)("$what", ({ end, verdict }) => {
    expect(judge(end, ["A", "B"])).toEqual(verdict);
  });

  it("reddens each case once", () => {
    expect(redIds(run([ended("A", "failed"), ended("A", "failed"), ended("B", "failed", true), ended("C", "passed")]))).toEqual(["A"]);
  });
});

const test = (plan: string, status: string, message?: string) => ({
  annotations: [{ type: "plan", description: plan }],
  results: [{ status, errors: message === undefined ? [] : [{ message }] }],
});

describe("Playwright's report", () => {
  it("tells how each case ended, and whether the bed was to blame", () => {
    const failed = [
      test("A", "failed", "Error: no"),
      test("B", "timedOut"),
      test("C", "failed", "[RESTORE_FAILED] the bed was not restored"),
    ];
    const report = {
      errors: [{ message: "outside" }],
      suites: [{ specs: [{ tests: failed }], suites: [{ specs: [{ tests: [test("D", "passed"), { annotations: [], results: [] }] }] }] }],
    };
    expect(readReport(JSON.stringify(report))).toEqual({
      tests: [ended("A", "failed"), ended("B", "failed"), ended("C", "failed", true), ended("D", "passed"), ended("", "skipped")],
      errors: ["outside"],
    });
  });
});

it.each([
  { what: "where all of them ran", end: run([ended("A", "passed"), ended("B", "failed")]), whole: true },
  { what: "not where one is missing", end: run([ended("A", "passed")]), whole: false },
  { what: "not where one was left out", end: run([ended("A", "passed"), ended("B", "skipped")]), whole: false },
  { what: "not where a bed was not made ready", end: run([ended("A", "passed"), ended("B", "failed", true)]), whole: false },
  { what: "not where something else failed", end: run([ended("A", "passed"), ended("B", "passed")], ["sim did not start"]), whole: false },
])("others are told $what", ({ end, whole }) => {
  expect(isWhole(end, 2)).toBe(whole);
});
