import { assert, constantFrom, nat, property, string } from "fast-check";
import { describe, expect, test } from "vitest";
import { durationSchema, parseDuration } from "../src/duration.ts";

describe("reads", () => {
  test.each([
    ["250ms", 250],
    ["90s", 90_000],
    ["10m", 600_000],
    ["1h30m", 5_400_000],
    ["1.5s", 1500],
    ["30d", 2_592_000_000],
    ["0s", 0],
  ])("%s as %i ms", (text, ms) => {
    expect(parseDuration(text)).toBe(ms);
  });
});

describe("refuses", () => {
  test.each(["", "10", "ten seconds", "-5s", "5 s", "s", "1.s", "5S", "1h 30m"])("%j", (text) => {
    expect(parseDuration(text)).toBeUndefined();
  });
});

test("tells in YAML what to write", () => {
  expect(durationSchema.safeParse("soon").error?.issues[0]?.message).toBe('"soon" is not a duration: write 250ms, 90s, 10m, 1h30m or 30d');
});

test("reads any whole number of any unit, and never throws on any text", () => {
  assert(property(nat(100_000), constantFrom("ms", "s", "m", "h", "d"), (n, unit) => parseDuration(`${n}${unit}`) !== undefined));
  assert(
    property(string(), (text) => {
      const ms = parseDuration(text);
      return ms === undefined || ms >= 0;
    }),
  );
});
