import { describe, expect, test } from "vitest";
import { readTestFlags } from "../src/test-flags.ts";

const told = (where: string, because: string): string =>
  [
    `[USAGE] ${where.split(" ").slice(2).join(" ").replace("=", " ")} is no regular expression`,
    `  where:   ${where}`,
    `  because: ${because}`,
    String.raw`  fix:     Write a backslash before what stands for itself: "\(", "\[", "\*".`,
  ].join("\n");

const read = (...args: readonly string[]) => readTestFlags(args, { gui: false });

describe("a pattern for titles", () => {
  test.each([
    [["-g", "("], "Invalid regular expression: /(/gi: Unterminated group"],
    [["--grep", "["], "Invalid regular expression: /[/gi: Unterminated character class"],
    [["--grep=*"], "Invalid regular expression: /*/gi: Nothing to repeat"],
    [["-G", "a("], "Invalid regular expression: /a(/gi: Unterminated group"],
    [["--grep-invert=a("], "Invalid regular expression: /a(/gi: Unterminated group"],
    [["-g", "/(/i"], "Invalid regular expression: /(/i: Unterminated group"],
    [["-g", "/a/gg"], "Invalid flags supplied to RegExp constructor 'gg'"],
  ])("is refused where it is none: %j", (args, because) => {
    expect(() => read(...args)).toThrow(told(`pnpm test ${args.join(" ")}`, because));
  });

  test("is refused behind its short flag at once", () => {
    expect(() => read("-g(")).toThrow("[USAGE] -g ( is no regular expression");
  });

  test.each([[["-g", String.raw`goes \(well\)`]], [["--grep=/token|key/i"]], [["-g", "/ping"]], [["-g", ""]], [["-g"]], [["-gtoken"]]])(
    "is handed on as it is: %j",
    (args) => {
      expect(read(...args).args).toEqual(["--project=api", ...args]);
    },
  );
});
