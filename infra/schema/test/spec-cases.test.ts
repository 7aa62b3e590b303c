import { expect, test } from "vitest";
import { specCases } from "../src/spec-cases.ts";

const ONE = { id: "TCID-A", line: 1, day: 0, priority: 1, isRow: false, isDraft: false, assumption: undefined };

test.each([
  ["a call", 'test("a", plan("TCID-A", { day: 0, priority: 1 }), f);', [ONE]],
  ["a call over several lines", '\nplan(\n  "TCID-A",\n  {\n    day: 0,\n    priority: 1,\n  },\n)', [{ ...ONE, line: 2 }]],
  ["a row of a table", 'plan("TCID-A", { day: 0, priority: 1, row })', [{ ...ONE, isRow: true }]],
  ["a draft", 'plan("TCID-A", { day: 0, priority: 1, draft: true })', [{ ...ONE, isDraft: true }]],
  ["an assumption", 'plan("TCID-A", { day: 0, priority: 1, assumption: "A-X" })', [{ ...ONE, assumption: "A-X" }]],
  ["no call in a comment", '// plan("TCID-A", { day: 0, priority: 1 })\n/* plan("TCID-B") */', []],
  ["a call behind a URL", 'const url = "http://x"; plan("TCID-A", { day: 0, priority: 1 })', [ONE]],
  ["no method of that name", 'bed.plan("TCID-A", { day: 0, priority: 1 })', []],
])("reads %s", (_what, code, cases) => {
  expect(specCases(code)).toEqual({ cases, unreadable: [] });
});

test.each(["plan(row.id, { day: 0, priority: 1 })", "plan(`TCID-${name}`, { day: 0, priority: 1 })"])("cannot read %s", (code) => {
  expect(specCases(code)).toEqual({ cases: [], unreadable: [{ line: 1 }] });
});
