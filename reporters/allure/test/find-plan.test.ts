import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { findPlan } from "../src/find-plan.ts";

let root = "";

const write = (path: string, text: string): void => {
  mkdirSync(join(root, dirname(path)), { recursive: true });
  writeFileSync(join(root, path), text);
};

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "find-plan-"));
  write("tests/cluster/plan.yaml", "- id: TCID-A\n  title: a\n- id: TCID-A-B\n  title: b\n");
  write("tests/alerts/plan.yaml", "- id: TCID-C\n  title: c\n");
  write("tests/notes.txt", "");
});

afterEach(() => rmSync(root, { recursive: true, force: true }));

test.each([
  { plan: "TCID-A-B", file: "tests/cluster/plan.yaml", entry: "- id: TCID-A-B\n  title: b" },
  { plan: "TCID-C", file: "tests/alerts/plan.yaml", entry: "- id: TCID-C\n  title: c" },
  { plan: "TCID-NONE", file: "tests/cluster/plan.yaml", entry: "" },
])("finds $plan in $file", ({ plan, file, entry }) => {
  const identity = { plan, title: "t", file: "tests/cluster/connect.api.spec.ts", project: "api", retry: 0 };
  expect(findPlan(join(root, "_artifacts", "run"), identity)).toEqual({ url: `../../../${file}`, file, entry });
});

test("finds none where there are no specs above the run", () => {
  const identity = { plan: "TCID-A", title: "t", file: "tests/elsewhere/a.api.spec.ts", project: "api", retry: 0 };
  expect(findPlan(join(root, "_artifacts", "run"), identity)).toBeUndefined();
});
