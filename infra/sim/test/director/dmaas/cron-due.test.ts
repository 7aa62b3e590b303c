import { describe, expect, it } from "vitest";
import { cronFault, isDue } from "../../../src/director/programs/dmaas/cron-due.ts";

const SINCE = Date.parse("2026-11-29T10:20:30Z");

describe("the time of a schedule", () => {
  for (const { cron, afterSeconds, speed = 1, due } of [
    { cron: "* * * * *", afterSeconds: 29, due: false },
    { cron: "* * * * *", afterSeconds: 30, due: true },
    { cron: "@hourly", afterSeconds: 2369, due: false },
    { cron: "@hourly", afterSeconds: 2370, due: true },
    { cron: "0 0 * * *", afterSeconds: 49_169, due: false },
    { cron: "0 0 * * *", afterSeconds: 49_170, due: true },
    { cron: "@hourly", afterSeconds: 8, speed: 300, due: true },
    { cron: "@hourly", afterSeconds: 7, speed: 300, due: false },
  ])
    it(`${cron} has ${due ? "" : "not "}come ${afterSeconds} s later at speed ${speed}`, () => {
      expect(isDue(cron, { since: SINCE, now: SINCE + afterSeconds * 1000, speed })).toBe(due);
    });

  for (const { cron, fault } of [
    { cron: "*/5 * * * *", fault: undefined },
    { cron: "@daily", fault: undefined },
    { cron: "* * * * * *", fault: expect.stringContaining("five fields") as unknown },
    { cron: "99 * * * *", fault: expect.any(String) as unknown },
    { cron: "@sometimes", fault: expect.any(String) as unknown },
  ])
    it(`"${cron}" is ${fault === undefined ? "a" : "no"} cron expression`, () => {
      expect(cronFault(cron)).toEqual(fault);
    });
});
