import { expect, test } from "vitest";
import { targetSchema } from "../src/target.ts";

test("knows the simulated data centre and real machines, and nothing between", () => {
  expect(targetSchema.options).toEqual(["sim", "real"]);
  expect(targetSchema.safeParse("staging").success).toBe(false);
});
