import { describe, expect, test } from "vitest";
import { type Outcome, outcomeSchema } from "../src/outcome.ts";

const AT = "2026-05-04T09:00:00.000Z";
const OUTCOME: Outcome = {
  schema: "kubera-e2e/outcome@1",
  run: "r1",
  target: "sim",
  bed: "sim",
  build: "1.12.0",
  startedAt: AT,
  endedAt: AT,
  interrupted: false,
  counts: { planned: 1, passed: 0, failed: 1, skipped: 0, blocked: 0, notRun: 0 },
  tests: [
    {
      test: { plan: "TCID-A", title: "t", file: "tests/a.api.spec.ts", project: "api", retry: 0 },
      status: "failed",
      durationMs: 12.5,
      because: "x",
      rerun: "pnpm test",
    },
  ],
  errors: [],
  causes: [{ cause: "node.disk-pressure", class: "infrastructure", tests: 1 }],
  exit: { code: 23, because: "every failure was infrastructure" },
};

test("survives JSON as it is", () => {
  expect(outcomeSchema.parse(JSON.parse(JSON.stringify(OUTCOME)))).toEqual(OUTCOME);
});

describe("refuses", () => {
  test.each<[string, unknown]>([
    ["another version", { ...OUTCOME, schema: "kubera-e2e/outcome@2" }],
    ["a target that is neither simulated nor real", { ...OUTCOME, target: "lab" }],
    ["an unknown status", { ...OUTCOME, tests: [{ ...OUTCOME.tests[0], status: "green" }] }],
    ["half a test", { ...OUTCOME, counts: { ...OUTCOME.counts, failed: 0.5 } }],
  ])("%s", (_what, value) => {
    expect(outcomeSchema.safeParse(value).success).toBe(false);
  });
});
