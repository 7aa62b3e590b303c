import { namesCase, type Mutant } from "../catalogue.ts";
import type { Reach } from "./reach.ts";
import type { EndedTest } from "./trial-report.ts";
import type { Verdict } from "../verdict.ts";
import { trialKey, type Trial, type Trials } from "./trial-key.ts";

/** About what a bed costs that must be restored behind a test. */
const RESTORE_MS = 10_000;

type Met = Reach["tests"][number];

const meeting = ({ id }: Mutant, reach: Reach): readonly Met[] => (reach.met[id] ?? []).flatMap((index) => reach.tests[index] ?? []);

/** Tests that meet a mutant, of the cases that must notice it. */
const mustNotice = (mutant: Mutant, reach: Reach): readonly Met[] => meeting(mutant, reach).filter(({ plan }) => mutant.red.includes(plan));

/** Tests that meet a mutant, of cases that it does not name. */
const others = (mutant: Mutant, reach: Reach): readonly Met[] => meeting(mutant, reach).filter(({ plan }) => !namesCase(mutant, plan));

interface Chosen {
  readonly id: string;
  readonly tests: readonly Met[];
}

const trialsOfAll = (chosen: readonly Chosen[], ends: boolean): Trials => {
  const trials: Record<string, Trial[]> = {};
  for (const { id, tests } of chosen) for (const { plan, title } of tests) (trials[trialKey(plan, title)] ??= []).push({ id, ends });
  return trials;
};

/**
 * Tests of the named cases that are run under each mutant, at most so many, the cheapest first, what comes behind the first that is red left out;
 * all of them without `most`.
 */
export const trialsOf = (mutants: readonly Mutant[], reach: Reach, most: number | undefined): Trials =>
  trialsOfAll(
    mutants.map((mutant) => ({
      id: mutant.id,
      tests: mustNotice(mutant, reach)
        .toSorted((a, b) => a.ms - b.ms)
        .slice(0, most),
    })),
    most !== undefined,
  );

/** How many tests of cases that it does not name meet a mutant; undefined when nobody knows. */
export const countBeside = (mutant: Mutant, reach: Reach): number | undefined =>
  reach.met[mutant.id] === undefined ? undefined : others(mutant, reach).length;

/** The cheapest test of each case that meets a mutant for which nobody has named one, at most so many. */
export const searchesOf = (mutants: readonly Mutant[], reach: Reach, most: number): Trials => {
  const costOf = ({ ms, disturbs }: Met): number => ms + (disturbs ? RESTORE_MS : 0);
  const cheapestOf = (mutant: Mutant): readonly Met[] => {
    const dearFirst = others(mutant, reach).toSorted((a, b) => costOf(b) - costOf(a));
    const ofEach = [...new Map(dearFirst.map((one) => [one.plan, one])).values()];
    return ofEach.toSorted((a, b) => costOf(a) - costOf(b)).slice(0, most);
  };
  return trialsOfAll(
    mutants.map((mutant) => ({ id: mutant.id, tests: cheapestOf(mutant) })),
    false,
  );
};

const keyOf = ({ plan, title }: EndedTest): string => trialKey(plan, title);

/** The tests that were red under a mutant, and those of them that were green again without it. */
const redUnder = (ended: readonly EndedTest[], id: string) => {
  const ofMutant = ended.filter(({ mutant }) => mutant === id);
  const green = new Set(ofMutant.filter(({ isControl, status }) => isControl && status === "passed").map(keyOf));
  const red = ofMutant.filter(({ isControl, status }) => !isControl && status === "failed");
  return { ofMutant, red, sure: red.filter((one) => !one.inSetUp && green.has(keyOf(one))) };
};

/** Cases that a mutant has turned red for sure. */
export const noticed = (ended: readonly EndedTest[], id: string): readonly string[] => [
  ...new Set(redUnder(ended, id).sure.map(({ plan }) => plan)),
];

/** What trials say of a mutant; undefined when they say nothing for sure. */
export const verdictOfTrials = (ended: readonly EndedTest[], { id, red }: Mutant): Verdict | undefined => {
  const by = noticed(ended, id).filter((plan) => red.includes(plan));
  return by.length > 0 ? { end: "killed", by } : undefined;
};

/** Cases beside the named ones that went red; undefined when one of their tests did not come to its end, or its bed was not as it should be. */
export const besideOfTrials = (ended: readonly EndedTest[], mutant: Mutant): readonly string[] | undefined => {
  const { ofMutant, red, sure } = redUnder(ended, mutant.id);
  const isUnsure =
    red.length > sure.length || ofMutant.some(({ isControl, status, inSetUp }) => inSetUp || (!isControl && status === "skipped"));
  return isUnsure ? undefined : [...new Set(sure.map(({ plan }) => plan))].filter((plan) => !namesCase(mutant, plan));
};
