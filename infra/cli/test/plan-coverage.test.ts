import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import type { PlanNeed } from "@kubera-e2e/schema/plan-needs";
import { coverageRows, openCases, standingOf } from "../src/plan/coverage.ts";
import { readPlan } from "../src/plan/read-plan.ts";
import { runE2e } from "./run-e2e.ts";

const made: string[] = [];

afterEach(() => {
  for (const folder of made.splice(0)) rmSync(folder, { recursive: true, force: true });
});

const repository = (files: Readonly<Record<string, string>>): string => {
  const root = mkdtempSync(join(tmpdir(), "plan-"));
  made.push(root);
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(join(root, dirname(path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return root;
};

const entry = (id: string, more = ""): string =>
  `- id: ${id}\n  title: ${id}\n  day: 2\n  priority: P0\n  area: pools\n  kind: api\n${more}`;

const PLAN = [
  entry("TCID-DONE", "  automated: true\n  expect: [x]\n"),
  entry("TCID-ASSUMED", "  automated: true\n  expect: [x]\n"),
  entry("TCID-DRAFT"),
  entry("TCID-FAR", "  needs: [cloud]\n"),
  entry("TCID-WAIVED", "  waived: { because: the lab has no such disk, on: 2026-11-28 }\n"),
  entry("TCID-LATER", "  since: 2.0.0\n"),
].join("");

const SPEC = `plan("TCID-DONE", { day: 2, priority: 0 })
plan("TCID-ASSUMED", { day: 2, priority: 0, row, assumption: "A-X" }) plan("TCID-ASSUMED", { day: 2, priority: 0, row })
plan("TCID-DRAFT", { day: 2, priority: 0, draft: true, assumption: "A-X" })
// plan("TCID-FAR", { day: 2, priority: 0 })`;

const standing = (build: string, gives: readonly PlanNeed[] = []) =>
  standingOf(readPlan(repository({ "tests/pools/plan.yaml": PLAN, "tests/pools/a.api.spec.ts": SPEC })), { build, gives: new Set(gives) });

describe("coverage", () => {
  test("counts what each column says, and drafts, comments and later releases not at all", () => {
    expect(coverageRows(standing("1.12.0"))).toEqual([
      { area: "pools", day: 2, priority: "P0", kind: "api", planned: 5, automated: 2, runnable: 4, assumption: 1, waived: 1 },
    ]);
  });

  test.each([
    { build: "1.12.0", gives: [], open: ["TCID-DRAFT"] },
    { build: "1.12.0", gives: ["cloud"] as const, open: ["TCID-DRAFT", "TCID-FAR"] },
    { build: "2.0.0", gives: [], open: ["TCID-DRAFT", "TCID-LATER"] },
  ])("leaves open what is runnable on $build with $gives and neither automated nor waived", ({ build, gives, open }) => {
    expect(openCases(standing(build, gives)).map(({ id }) => id)).toEqual(open);
  });

  test("refuses a plan with faults, all at once", () => {
    const root = repository({ "tests/pools/plan.yaml": `${entry("TCID-A")}${entry("TCID-A")}- id: x\n`, "tests/b/plan.yaml": "a: 1\n" });
    expect(() => readPlan(root)).toThrow(`[PLAN_INVALID] the test plan has 3 faults
  where:   tests/b/plan.yaml:1  a plan is a list of entries. Begin each with \`- id: TCID-…\`.
           tests/pools/plan.yaml:13  not a plan entry: id: Invalid string: must match pattern /^TCID-[A-Z0-9-]+$/; title: `);
  });
});

/** Beside the 464 cases that were found at first: each way to disrupt that they do not name. */
const OF_OUR_OWN = 9;

describe("e2e plan coverage", () => {
  test("prints rows with exactly these fields, which hold the whole plan", async () => {
    const { code, out } = await runE2e({}, ["plan", "coverage", "--json"]);
    const rows = JSON.parse(out) as readonly { readonly planned: number }[];
    expect(code).toBe(0);
    for (const row of rows)
      expect(Object.keys(row)).toEqual(["area", "day", "priority", "kind", "planned", "automated", "runnable", "assumption", "waived"]);
    expect(rows.reduce((sum, { planned }) => sum + planned, 0)).toBe(464 + OF_OUR_OWN);
  });

  test("refuses a bed that nobody declares", async () => {
    const { code, err } = await runE2e({}, ["plan", "coverage", "--bed", "konvoi"]);
    expect({ code, first: err.split("\n")[0] }).toEqual({ code: 2, first: '[BED_UNKNOWN] no file declares a test bed "konvoi"' });
  });
});
