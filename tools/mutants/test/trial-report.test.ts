import { expect, it } from "vitest";
import { readTrialReport } from "../src/woven/trial-report.ts";

const result = (status: string, annotations: readonly object[] = []) => ({
  status,
  startTime: "2026-11-29T12:00:00.000Z",
  duration: 7,
  annotations,
});

const spec = (title: string, ...results: readonly object[]) => ({
  title,
  tests: [{ annotations: [{ type: "plan", description: "TCID-A" }], results }],
});

const report = (...specs: readonly object[]): string => JSON.stringify({ suites: [{ specs: [], suites: [{ specs }] }], errors: [] });

it("a woven run tells of each test under which mutant it was, and whether it was the control behind it", () => {
  const ended = readTrialReport(
    report(
      spec("holds", result("passed", [{ type: "disturbs" }])),
      spec("holds ⟦role:a:b⟧", result("failed")),
      spec("holds ⟦control:role:a:b⟧", result("skipped")),
      spec("hangs ⟦role:a:c⟧", result("timedOut", [{ type: "set-up", description: "no bed" }])),
      spec("never ran"),
    ),
  );
  const common = { plan: "TCID-A", startMs: Date.parse("2026-11-29T12:00:00.000Z"), ms: 7 };
  expect(ended).toEqual([
    { ...common, title: "holds", mutant: undefined, isControl: false, status: "passed", inSetUp: false, disturbs: true },
    { ...common, title: "holds", mutant: "role:a:b", isControl: false, status: "failed", inSetUp: false, disturbs: false },
    { ...common, title: "holds", mutant: "role:a:b", isControl: true, status: "skipped", inSetUp: false, disturbs: false },
    { ...common, title: "hangs", mutant: "role:a:c", isControl: false, status: "failed", inSetUp: true, disturbs: false },
  ]);
});

it("a run without any test says why", () => {
  const text = JSON.stringify({ suites: [], errors: [{ message: "SyntaxError" }] });
  expect(() => readTrialReport(text)).toThrow("no test ran: SyntaxError");
});
