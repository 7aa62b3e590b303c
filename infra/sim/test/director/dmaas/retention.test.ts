import { describe, expect, it } from "vitest";
import { surplusBackups, surplusSchedules } from "../../../src/director/programs/dmaas/retention.ts";

const PHASES: Readonly<Record<string, string>> = {
  C: "Completed",
  P: "PartiallyFailed",
  F: "Failed",
  I: "InProgress",
  N: "New",
  D: "Deleting",
};

/** `CPI`: newest first, one letter a backup; named after their place. */
const backups = (history: string) =>
  [...history.matchAll(/./g)].map(([letter = ""], place) => ({ name: String(place), phase: PHASES[letter] ?? "" }));

describe("retention of scheduled backups", () => {
  for (const { history, keep, goes, why } of [
    { history: "CCCCC", keep: 0, goes: [], why: "0 keeps all" },
    { history: "CC", keep: 3, goes: [], why: "there are fewer than wanted" },
    { history: "CCC", keep: 3, goes: [], why: "there are as many as wanted" },
    { history: "CCCC", keep: 2, goes: ["2", "3"], why: "the oldest go" },
    { history: "PPPCC", keep: 2, goes: ["4"], why: "it reaches to the newest Completed" },
    { history: "PFP", keep: 1, goes: [], why: "nothing is Completed" },
    { history: "INDCCC", keep: 2, goes: ["5"], why: "what has not ended does not count" },
    { history: "CPPP", keep: 2, goes: ["2", "3"], why: "partial ones count as ended" },
  ])
    it(`of ${history} with ${keep} to keep ${goes.length === 0 ? "nothing goes" : `${goes.length} go`}: ${why}`, () => {
      expect(surplusBackups(backups(history), keep).map(({ name }) => name)).toEqual(goes);
    });
});

const STATUSES: Readonly<Record<string, string>> = { A: "Active", D: "Deleted", E: "Erased" };

/** `AD+D`: newest first; a plus behind one that has a Completed backup. */
const schedules = (history: string) =>
  [...history.matchAll(/([ADE])(\+?)/g)].map(([, letter = "", good], place) => ({
    name: String(place),
    status: STATUSES[letter] ?? "",
    hasCompleted: good === "+",
  }));

describe("retention of periodic full backups", () => {
  for (const { history, keep, withoutCheck = false, goes, why } of [
    { history: "A+D+D+D+", keep: 0, goes: [], why: "0 keeps all" },
    { history: "A+D+", keep: 2, goes: [], why: "too few have ended" },
    { history: "A+D+D+", keep: 2, goes: [], why: "the active one and two more stay" },
    { history: "A+D+D+D+D+", keep: 2, goes: ["3", "4"], why: "the oldest go" },
    { history: "ADDDD+D", keep: 2, goes: ["5"], why: "it reaches to the newest with a Completed backup" },
    { history: "ADDD", keep: 1, goes: [], why: "none has a Completed backup" },
    { history: "ADDD", keep: 1, withoutCheck: true, goes: ["2", "3"], why: "it was told not to look for one" },
    { history: "A+D+D+D+E", keep: 2, goes: ["3"], why: "what is erased does not go again" },
  ])
    it(`of ${history} with ${keep} to keep ${goes.length === 0 ? "nothing goes" : `${goes.join(" and ")} go`}: ${why}`, () => {
      expect(surplusSchedules(schedules(history), { keep, withoutCheck }).map(({ name }) => name)).toEqual(goes);
    });
});
