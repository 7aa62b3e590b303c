import { expect, test } from "vitest";
import { exitCodeOf, isKuberaError, KuberaError } from "../src/kubera-error.ts";

const PARTS = { what: "no bed mars", where: "KUBERA_BED", because: "no file declares it", fix: "Name another." };

test("says what, where, because and fix in four lines", () => {
  const error = new KuberaError("BED_UNKNOWN", PARTS);
  expect(error.message).toBe("[BED_UNKNOWN] no bed mars\n  where:   KUBERA_BED\n  because: no file declares it\n  fix:     Name another.");
  expect(error).toMatchObject({ name: "KuberaError", code: "BED_UNKNOWN", ...PARTS });
  expect("cause" in error).toBe(false);
});

test("keeps its first line within 100 characters and on one line", () => {
  const [first = ""] = new KuberaError("BED_UNKNOWN", { ...PARTS, what: `a\n  b ${"x".repeat(200)}` }).message.split("\n");
  expect(first).toHaveLength(100);
  expect(first).toMatch(/^\[BED_UNKNOWN\] a b x+…$/);
});

test("carries its cause", () => {
  const cause = new Error("deep");
  expect(new KuberaError("BED_UNKNOWN", { ...PARTS, cause }).cause).toBe(cause);
});

test.each([
  [new KuberaError("LEASE_HELD", PARTS), true, 21],
  [new KuberaError("RESTORE_FAILED", PARTS), true, 22],
  [new Error("plain"), false, 1],
  ["text", false, 1],
])("ends a command with the code of its error", (error, ours, code) => {
  expect([isKuberaError(error), exitCodeOf(error)]).toEqual([ours, code]);
});
