import { expect, test } from "vitest";
import { planEntrySchema } from "../src/plan-entry.ts";

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
  ["an unknown key", { ...ENTRY, owner: "jo" }, ""],
])("refuses %s", (_fault, entry, path) => {
  expect(planEntrySchema.safeParse(entry).error?.issues.map((issue) => issue.path.join("."))).toEqual([path]);
});
