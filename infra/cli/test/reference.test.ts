import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { planEntrySchema } from "@kubera-e2e/schema/plan-entry";
import { expect, onTestFinished, test } from "vitest";
import type { ListedTest } from "../src/plan/list-tests.ts";
import { renderReference, staleIn } from "../src/plan/reference.ts";

const entry = (id: string, more: object = {}) =>
  planEntrySchema.parse({
    id,
    title: `What ${id} is`,
    day: 1,
    priority: "P0",
    area: "auth",
    kind: "api",
    automated: true,
    expect: ["it holds"],
    ...more,
  });

const one = (plan: string, more: Partial<ListedTest> = {}): ListedTest => ({
  plan,
  title: `a test of ${plan}`,
  file: "tests/auth/x.api.spec.ts",
  line: 7,
  project: "api",
  isDraft: false,
  ...more,
});

const assumptions = [
  { id: "A-ONE", question: "Is it so?", sim: "It is." },
  { id: "A-TWO", question: "Or so?", sim: "Neither." },
];

const INDEX = "docs/reference/README.md";
const PAGE = "docs/reference/auth/TCID-A.md";

const pageOf = (tests: readonly ListedTest[], more: object = {}): string =>
  renderReference({ entries: [entry("TCID-A", more)], tests, assumptions }).get(PAGE) ?? "";

test("a page says what a case is, claims, needs and rests on, and how to run it", () => {
  const tests = [one("TCID-A", { row: "a|b", assumption: "A-TWO" })];
  expect(pageOf(tests, { needs: ["devices"], since: "1.11.0" })).toBe(
    [
      "# What TCID-A is",
      "",
      "<!-- Written by `pnpm e2e plan docs` from the plan and the specs; `pnpm check` says when it is stale. -->",
      "",
      "| | |",
      "|---|---|",
      "| id | `TCID-A` |",
      "| day | 1, first use |",
      "| priority | P0 |",
      "| kind | api: through the API |",
      "| needs | `devices`, free block devices on workers |",
      "| releases | from 1.11.0 |",
      "",
      "## Claims",
      "",
      "- it holds",
      "",
      "## Tests",
      "",
      "| row | test | where |",
      "|---|---|---|",
      String.raw`| a\|b | a test of TCID-A | [tests/auth/x.api.spec.ts:7](../../../tests/auth/x.api.spec.ts#L7) |`,
      "",
      "## Rests on",
      "",
      "The public facts leave this open; the simulated Director does what stands here, and a real one may not.",
      "",
      "- `A-TWO`: Or so? Assumed: Neither.",
      "",
      "## Run this one",
      "",
      "    pnpm test TCID-A",
      "",
      "[All cases](../README.md) · [plan of auth](../../../tests/auth/plan.yaml)",
      "",
    ].join("\n"),
  );
});

test("a browser case says how the browser is switched on", () => {
  expect(pageOf([one("TCID-A", { project: "gui" })], { kind: "gui" })).toContain("    KUBERA_GUI=1 pnpm test TCID-A\n");
});

test("what is not automated has no page, and drafts are no tests", () => {
  const entries = [entry("TCID-B"), entry("TCID-A"), entry("TCID-C", { automated: undefined })];
  const pages = renderReference({ entries, tests: [one("TCID-A", { isDraft: true }), one("TCID-A", { line: 9 })], assumptions });
  expect([...pages.keys()]).toEqual([INDEX, PAGE, "docs/reference/auth/TCID-B.md"]);
  expect(pages.get(INDEX)).toContain("| [TCID-A](auth/TCID-A.md) | What TCID-A is | 1 | P0 | api | 1 |");
});

test("missing pages, stale pages and pages of no case are told apart", () => {
  const root = mkdtempSync(join(tmpdir(), "reference-"));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  const stored = { [INDEX]: "current", [PAGE]: "old", "docs/reference/auth/TCID-GONE.md": "whatever" };
  for (const [file, text] of Object.entries(stored)) {
    mkdirSync(join(root, dirname(file)), { recursive: true });
    writeFileSync(join(root, file), text);
  }
  const pages = new Map([
    [INDEX, "current"],
    [PAGE, "new"],
    ["docs/reference/auth/TCID-NEW.md", "new"],
  ]);
  expect(staleIn(root, pages)).toEqual([
    `${PAGE}: is stale`,
    "docs/reference/auth/TCID-NEW.md: is missing",
    "docs/reference/auth/TCID-GONE.md: is of no automated case",
  ]);
});
