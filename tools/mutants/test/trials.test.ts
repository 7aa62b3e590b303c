import { describe, expect, it } from "vitest";
import type { Mutant } from "../src/catalogue.ts";
import { mergedReach, notGreen, reachOf, withoutTests, type Reach } from "../src/woven/reach.ts";
import { runWoven } from "../src/woven/run-mutants.ts";
import type { EndedTest } from "../src/woven/trial-report.ts";
import { besideOfTrials, countBeside, noticed, searchesOf, trialsOf, verdictOfTrials } from "../src/woven/trials.ts";
import type { Trials } from "../src/woven/trial-key.ts";

const ended = (plan: string, more: Partial<EndedTest> = {}): EndedTest => ({
  plan,
  title: `${plan} holds`,
  mutant: undefined,
  isControl: false,
  status: "passed",
  inSetUp: false,
  disturbs: false,
  startMs: 0,
  ms: 10,
  ...more,
});

const mutant = (id: string, red: readonly string[]): Mutant => ({
  id,
  kind: "state",
  rule: "r",
  edit: { file: "infra/sim/src/a.ts", text: "a", with: "b" },
  red: [...red],
});

const M = mutant("m", ["A"]);

describe("who meets whom", () => {
  it("is told by the times of tests and of what was met, and one that failed has met nothing", () => {
    const tests = [ended("B", { startMs: 2000 }), ended("A", { startMs: 1000 }), ended("C", { startMs: 3000, status: "failed" })];
    const reach = reachOf(tests, ["900 early", "1200 m", "1970 n", "2040 late", "2400 m", "3500 o"]);
    expect(reach.tests.map(({ plan }) => plan)).toEqual(["A", "B"]);
    expect(reach.met).toEqual({ early: [0], m: [0, 1], n: [0, 1], late: [0, 1], o: [] });
  });
});

it("who was red without any mutant is told before anything is kept", () => {
  expect(notGreen([ended("A"), ended("B", { status: "failed" }), ended("C", { status: "skipped" })])).toEqual(["B B holds", "C C holds"]);
});

it("specs that are recorded anew take the place of the same tests", () => {
  const row = (plan: string, ms: number) => ({ plan, title: "t", ms, disturbs: false });
  const before: Reach = { tests: [row("A", 1), row("B", 1)], met: { m: [0, 1], n: [0] } };
  const anew: Reach = { tests: [row("A", 2), row("C", 2)], met: { m: [0], o: [1] } };
  expect(mergedReach(before, anew)).toEqual({ tests: [row("B", 1), row("A", 2), row("C", 2)], met: { m: [0, 1], n: [], o: [2] } });
});

it("specs that are there no more meet nothing", () => {
  const row = (plan: string) => ({ plan, title: "t", ms: 1, disturbs: false });
  const reach: Reach = { tests: [row("A"), row("B"), row("C")], met: { m: [0, 1, 2], n: [1] } };
  expect(withoutTests(reach, ({ plan }) => plan === "B")).toEqual({ tests: [row("A"), row("C")], met: { m: [0, 1], n: [] } });
});

const REACH: Reach = {
  tests: [
    { plan: "A", title: "slow", ms: 900, disturbs: true },
    { plan: "A", title: "quick", ms: 10, disturbs: false },
    { plan: "B", title: "other", ms: 20, disturbs: false },
    { plan: "C", title: "far", ms: 20, disturbs: false },
  ],
  met: { m: [0, 1, 2] },
};

describe("trials", () => {
  it("are the tests of the named cases that meet the mutant, the cheapest first", () => {
    expect(trialsOf([M], REACH, 1)).toEqual({ "A|quick": [{ id: "m", ends: true }] });
    expect(Object.keys(trialsOf([M], REACH, 9))).toEqual(["A|quick", "A|slow"]);
    const asked = [{ id: "m", ends: false }];
    expect(trialsOf([M], REACH, undefined), "all, whatever is red").toEqual({ "A|quick": asked, "A|slow": asked });
  });

  it("beside them are those of all other cases that meet it", () => {
    const alike = { ...M, also: ["B"] };
    expect([M, alike, mutant("unmet", ["A"])].map((one) => countBeside(one, REACH))).toEqual([1, 0, undefined]);
  });

  it("look for cases with one test of each", () => {
    expect(Object.keys(searchesOf([mutant("m", [])], REACH, 9))).toEqual(["A|quick", "B|other"]);
  });
});

const red = (plan: string, more: Partial<EndedTest> = {}) => ended(plan, { mutant: "m", status: "failed", ...more });
const control = (plan: string, status: EndedTest["status"]) => ended(plan, { mutant: "m", isControl: true, status });

describe("what trials say", () => {
  it.each([
    ["a named case that is red, and green again behind it", [red("A"), control("A", "passed")], { end: "killed", by: ["A"] }],
    ["one that stays red without the mutant", [red("A"), control("A", "failed")], undefined],
    ["a bed that was not made ready", [red("A", { inSetUp: true })], undefined],
    ["another case alone", [red("B"), ended("A", { mutant: "m" })], undefined],
    ["another mutant's", [red("A", { mutant: "n" })], undefined],
  ])("%s", (_, tests, verdict) => {
    expect(verdictOfTrials(tests, M)).toEqual(verdict);
  });

  it("names what else went red, unless a test beside it was kept from running", () => {
    expect(besideOfTrials([red("A"), control("A", "passed"), red("B"), control("B", "passed")], M)).toEqual(["B"]);
    expect(besideOfTrials([ended("B", { mutant: "m" })], M)).toEqual([]);
    expect(besideOfTrials([red("B"), control("B", "passed")], { ...M, also: ["B"] })).toEqual([]);
    expect(besideOfTrials([red("C"), control("C", "failed")], M)).toBeUndefined();
    expect(besideOfTrials([ended("C", { mutant: "m", status: "skipped" })], M)).toBeUndefined();
    expect(besideOfTrials([red("C")], M), "a run that was cut off").toBeUndefined();
    expect(noticed([red("A"), control("A", "passed"), red("B"), red("C", { disturbs: true })], "m")).toEqual(["A"]);
  });
});

describe("mutants in one data centre", () => {
  it("are kept when a case has noticed them; the others are left for one of their own", async () => {
    const told: Trials[] = [];
    const kept: unknown[] = [];
    const mutants = [M, mutant("n", ["B"]), mutant("unmet", ["A"]), mutant("fixed", ["A"])];
    const unsure = await runWoven(mutants, {
      place: { ids: new Set(["m", "n", "unmet"]), choose: (trials) => void told.push(trials ?? {}) },
      reach: { ...REACH, met: { ...REACH.met, n: [2], fixed: [0] } },
      size: 1,
      most: 1,
      run: () => Promise.resolve([red("A"), control("A", "passed"), ended("B", { mutant: "n" })]),
      keep: (results) => void kept.push(results),
      tell: () => {},
      known: () => ({ print: "p", end: "killed", by: ["Z"], others: ["B"], seconds: 9 }),
    });
    expect(told.map((trials) => Object.keys(trials))).toEqual([["A|quick"], ["B|other"]]);
    expect(kept).toEqual([{ m: { others: ["B"], seconds: 0, woven: true, end: "killed", by: ["A"] } }]);
    expect(unsure.map(({ id }) => id)).toEqual(["unmet", "fixed", "n"]);
  });
});
