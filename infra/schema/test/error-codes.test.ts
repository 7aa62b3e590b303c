import { expect, test } from "vitest";
import { ERROR_CODES, isErrorCode } from "../src/error-codes.ts";
import { EXIT } from "../src/exit-codes.ts";
import { FAILURE_CLASSES } from "../src/failure-class.ts";

const exits: readonly number[] = Object.values(EXIT);

test.each(Object.entries(ERROR_CODES))("%s has a class, an exit code that is not 0, and a title", (code, entry) => {
  expect(code).toMatch(/^[A-Z][A-Z_]+$/);
  expect(FAILURE_CLASSES).toContain(entry.class);
  expect(exits).toContain(entry.exit);
  expect(entry.exit).not.toBe(EXIT.passed);
  expect(entry.title).toMatch(/^[a-z].*[^.]$/i);
});

test.each([
  ["BED_UNKNOWN", true],
  ["bed_unknown", false],
  ["toString", false],
])("isErrorCode(%s) is %s", (text, known) => {
  expect(isErrorCode(text)).toBe(known);
});
