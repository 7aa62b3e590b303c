import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Diagnosis } from "@kubera-e2e/schema/verdict";
import type { Outcome } from "@kubera-e2e/schema/outcome";
import { runE2e } from "./run-e2e.ts";

const OLD = "20261123-090000-1";
const NEW = "20261124-090000-2";
/** Sorts last, and was ended before it had an outcome. */
const ENDED = "20261125-090000-3";

const AT = "2026-11-24T09:00:00.000Z";

const outcome = (run: string): Outcome => ({
  schema: "kubera-e2e/outcome@1",
  run,
  target: "sim",
  bed: "sim",
  build: "1.12.0",
  startedAt: AT,
  endedAt: AT,
  interrupted: false,
  counts: { planned: 0, passed: 0, failed: 0, skipped: 0, blocked: 0, notRun: 0 },
  tests: [],
  errors: [],
  causes: [],
  exit: { code: 0, because: "all tests passed" },
});

let artifacts = "";
const inRun = (run: string, ...names: string[]): string => join(artifacts, run, ...names);

const storeRun = (run: string): void => {
  const diagnosis: Diagnosis = { schema: "kubera-e2e/diagnosis@1", run, incidents: [] };
  mkdirSync(inRun(run, "report"), { recursive: true });
  writeFileSync(inRun(run, "outcome.json"), JSON.stringify(outcome(run)));
  writeFileSync(inRun(run, "incidents.json"), JSON.stringify(diagnosis));
  writeFileSync(inRun(run, "report", "stale.html"), "");
};

beforeAll(() => {
  artifacts = mkdtempSync(join(tmpdir(), "kubera-e2e-report-"));
  for (const run of [OLD, NEW]) storeRun(run);
  mkdirSync(inRun(ENDED));
});

afterAll(() => rmSync(artifacts, { recursive: true, force: true }));

const report = (...args: string[]) => runE2e({ ARTIFACTS: artifacts, HOME: artifacts }, ["report", ...args]);

describe("e2e report", () => {
  test("builds that of the newest run with an outcome, prints where it is, and leaves nothing of the old one", async () => {
    expect(await report()).toEqual({ code: 0, out: `Report: ${inRun(NEW, "report", "index.html")}\n`, err: "" });
    expect(existsSync(inRun(NEW, "report", "stale.html"))).toBe(false);
    expect(existsSync(inRun(OLD, "report", "stale.html"))).toBe(true);
  });

  test.each([
    { title: "by its id", name: () => OLD },
    { title: "by its folder", name: () => inRun(OLD) },
  ])("builds that of a run $title, and prints JSON alone for a script", async ({ name }) => {
    const { code, out, err } = await report(name(), "--json");
    expect({ code, err, answer: JSON.parse(out) as unknown }).toEqual({
      code: 0,
      err: "",
      answer: { run: inRun(OLD), report: inRun(OLD, "report", "index.html") },
    });
  });

  test("refuses a run that has no outcome", async () => {
    expect(await report(ENDED)).toEqual({
      code: 2,
      out: "",
      err: `[RUN_NOT_FOUND] no run ${ENDED} with an outcome
  where:   ${artifacts}
  because: a run writes outcome.json into its folder when it ends
  fix:     See what is there: ls ${artifacts}
`,
    });
  });
});
