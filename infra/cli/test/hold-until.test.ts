import { expect, test } from "vitest";
import { parseUntil } from "../src/hold-until.ts";

const NOW = new Date(2026, 10, 28, 17, 30).getTime();

test.each([
  ["2h30m", new Date(2026, 10, 28, 20, 0)],
  ["18:00", new Date(2026, 10, 28, 18, 0)],
  ["17:30", new Date(2026, 10, 29, 17, 30)],
  ["9:05", new Date(2026, 10, 29, 9, 5)],
  ["2026-11-30", new Date(2026, 10, 30, 23, 59, 59)],
  ["2026-11-28T18:00", new Date(2026, 10, 28, 18, 0)],
  ["2026-11-28T23:00:00Z", new Date("2026-11-28T23:00:00Z")],
])("--until %s is a time to come", (text, time) => {
  expect(new Date(parseUntil(text, NOW))).toEqual(time);
});

test.each([
  ["soon", "no time"],
  ["25:00", "no time"],
  ["2026-13-01", "no time"],
  ["2027-02-31", "no time"],
  ["999999999d", "no time"],
  ["0s", "over already"],
  ["2026-11-28T17:00", "over already"],
])("--until %s is refused: %s", (text, why) => {
  expect(() => parseUntil(text, NOW)).toThrow(
    [
      `[USAGE] --until ${text} is ${why}`,
      "  where:   --until",
      "  because: a bed is held until a time to come, so that nobody has to remember it",
      "  fix:     Write a duration (2h30m, 3d), a time of day (18:00), or a date with or without time (2026-11-28, 2026-11-28T18:00).",
    ].join("\n"),
  );
});
