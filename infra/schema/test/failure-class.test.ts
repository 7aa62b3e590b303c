import { expect, test } from "vitest";
import { FAILURE_CLASSES } from "../src/failure-class.ts";

test("knows four classes", () => {
  expect(FAILURE_CLASSES).toEqual(["product", "test", "infrastructure", "environment"]);
});
