import { expect, test } from "vitest";
import { benchReportSchema } from "../src/bench-result.ts";

const RESULT = { id: "sim.listening", value: 640, unit: "ms", baseline: "none", goal: "≤ 1000", holds: true, n: 7 };

test("takes a list of results", () => {
  expect(benchReportSchema.parse([RESULT])).toEqual([RESULT]);
});

test.each([
  ["no measurement behind it", { ...RESULT, n: 0 }],
  ["no goal", { ...RESULT, goal: undefined }],
  ["a value that is no number", { ...RESULT, value: "640" }],
])("refuses a result with %s", (_fault, result) => {
  expect(benchReportSchema.safeParse([result]).success).toBe(false);
});
