import { expect, test } from "vitest";
import { bedStateSchema, stateName } from "../src/bed-state.ts";

test.each([
  ["bare", "1.12.0", "bare"],
  ["director", "1.12.0", "director@1.12.0"],
  ["openebs", "1.11.0", "openebs@1.11.0"],
  ["openebs-base", "1.12.0", "openebs-base@1.12.0"],
] as const)("names %s of build %s %s", (state, build, name) => {
  expect(stateName(state, build)).toBe(name);
});

test("refuses a state that nobody can restore", () => {
  expect(bedStateSchema.safeParse("empty").success).toBe(false);
});
