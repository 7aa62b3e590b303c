import { expect, test } from "vitest";
import { appliesTo, planEntrySchema } from "../src/plan-entry.ts";

const ENTRY = { id: "TCID-DIR-PING", title: "answers /ping", day: 0, priority: "P0", area: "install", kind: "api", expect: ["pong"] };

test("needs nothing unless it says so", () => {
  expect(planEntrySchema.parse(ENTRY)).toEqual({ ...ENTRY, needs: [] });
});

test.each([
  ["an id of another form", { ...ENTRY, id: "dir-ping" }, "id"],
  ["a day that is none", { ...ENTRY, day: 3 }, "day"],
  ["a priority that is none", { ...ENTRY, priority: "P4" }, "priority"],
  ["a title that is too long", { ...ENTRY, title: "x".repeat(129) }, "title"],
  ["nothing to expect", { ...ENTRY, expect: [] }, "expect"],
  ["a need that nobody knows", { ...ENTRY, needs: ["minion"] }, "needs.0"],
  ["a release that is none", { ...ENTRY, since: "1.12" }, "since"],
  ["automated without expectations", { ...ENTRY, automated: true, expect: undefined }, "expect"],
  ["automated and waived", { ...ENTRY, automated: true, waived: { because: "no such lab here", on: "2026-11-28" } }, "waived"],
  ["a waiver without a date", { ...ENTRY, waived: { because: "no such lab here" } }, "waived.on"],
  ["a waiver without a reason", { ...ENTRY, waived: { because: "no", on: "2026-11-28" } }, "waived.because"],
  ["an unknown key", { ...ENTRY, owner: "jo" }, ""],
])("refuses %s", (_fault, entry, path) => {
  expect(planEntrySchema.safeParse(entry).error?.issues.map((issue) => issue.path.join("."))).toEqual([path]);
});

test.each([
  [{}, "1.12.0", true],
  [{ since: "1.9.0" }, "1.12.0", true],
  [{ since: "1.12.0" }, "1.12.0", true],
  [{ since: "1.12.0" }, "1.11.0", false],
  [{ until: "1.9.0" }, "1.12.0", false],
  [{ until: "1.12.0" }, "1.12.0", true],
])("%j applies to %s: %s", (range, build, applies) => {
  expect(appliesTo(range, build)).toBe(applies);
});
