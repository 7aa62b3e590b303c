import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { planEntrySchema } from "@kubera-e2e/schema/plan-entry";
import { findCase, writeSkeleton } from "../src/plan/new-spec.ts";
import { specFileOf } from "../src/plan/spec-skeleton.ts";
import { runE2e } from "./run-e2e.ts";

const ENTRY = planEntrySchema.parse({
  id: "TCID-DIR-HEALTH-CONSUL",
  title: "All members of Consul are alive",
  day: 0,
  priority: "P1",
  area: "install",
  kind: "api",
  expect: ["Every member is alive", 'None is "left"'],
});

let root = "";

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "new-spec-"));
});

afterEach(() => rmSync(root, { recursive: true, force: true }));

test("writes a draft with one expectation for each line of the plan", () => {
  const file = writeSkeleton(root, ENTRY);
  expect(file).toBe("tests/install/health-consul.api.spec.ts");
  expect(readFileSync(join(root, file), "utf8")).toBe(`import { expect, plan, test } from "@kubera-e2e/fixtures";

test("All members of Consul are alive", plan("TCID-DIR-HEALTH-CONSUL", { day: 0, priority: 1, draft: true }), () => {
  // What the case needs comes as in \`async ({ director, bed }) => {\`; docs/write-a-spec.md lists what there is.
  expect.soft("not asserted yet", "Every member is alive").toBe("asserted");
  expect.soft("not asserted yet", "None is \\"left\\"").toBe("asserted");
});
`);
});

test.each([
  { id: "TCID-DIR-DMAAS-SCHD-DELETE", area: "dmaas", kind: "api", file: "tests/dmaas/schd-delete.api.spec.ts" },
  { id: "TCID-DIR-GUI-AUTH", area: "auth", kind: "gui", file: "tests/auth/auth.gui.spec.ts" },
  { id: "TCID-IUOC04", area: "upgrade", kind: "api", file: "tests/upgrade/iuoc04.api.spec.ts" },
] as const)("puts $id where it belongs", ({ file, ...more }) => {
  expect(specFileOf({ ...ENTRY, ...more })).toBe(file);
});

test("overwrites nothing", () => {
  writeSkeleton(root, ENTRY);
  expect(() => writeSkeleton(root, ENTRY)).toThrow(`[FILE_EXISTS] there is a spec tests/install/health-consul.api.spec.ts already
  where:   tests/install/health-consul.api.spec.ts
  because: it would be overwritten by the skeleton of TCID-DIR-HEALTH-CONSUL
  fix:     See the skeleton with --print and put it where it belongs, or name another file with --file.`);
});

test("finds a case by its id in small letters, and names the nearest of one that is none", () => {
  const listed = [{ entry: ENTRY, file: "tests/install/plan.yaml", line: 1 }];
  expect(findCase({ listed }, "tcid-dir-health-consul")).toBe(ENTRY);
  expect(() => findCase({ listed }, "TCID-DIR-HEALTH-CONSOL")).toThrow(`[CASE_UNKNOWN] no plan lists TCID-DIR-HEALTH-CONSOL
  where:   tests/*/plan.yaml
  because: a spec is written for a case that is planned
  fix:     Did you mean TCID-DIR-HEALTH-CONSUL?`);
});

test("prints the skeleton of a planned case", async () => {
  const { code, out } = await runE2e({}, ["new", "tcid-iuoc04", "--print"]);
  expect(code).toBe(0);
  expect(out).toContain('plan("TCID-IUOC04", { day: 2, priority: ');
});
