import { expect, test } from "vitest";
import { EXIT } from "../src/exit-codes.ts";

test("keeps the numbers that scripts rely on", () => {
  expect(EXIT).toEqual({
    passed: 0,
    failed: 1,
    usage: 2,
    nothingSelected: 3,
    checksBlocked: 20,
    noLease: 21,
    restoreFailed: 22,
    infrastructure: 23,
    secretFound: 24,
    gateNotMet: 25,
    interrupted: 130,
  });
});
