import { expect, test } from "vitest";
import { readTestFlags } from "../src/test-flags.ts";

test.each([
  [["--keep", "on-failure", "tests/auth"], "on-failure", ["--project=api", "tests/auth"]],
  [["--keep=always", "--grep", "keep"], "always", ["--project=api", "--grep", "keep"]],
  [["tests/auth"], undefined, ["--project=api", "tests/auth"]],
])("%j keeps %s, and Playwright gets the rest", (given, keep, args) => {
  const flags = readTestFlags(given, { gui: false });
  expect([flags.keep, flags.args]).toEqual([keep, args]);
});

test("--keep refuses what it does not know", () => {
  expect(() => readTestFlags(["--keep=sometimes"], { gui: false })).toThrow(
    [
      "[USAGE] --keep sometimes is nothing that can be kept",
      "  where:   --keep=sometimes",
      "  because: it says when the state of the bed is kept: never, on-failure, always",
      "  fix:     Write --keep=on-failure.",
    ].join("\n"),
  );
});
