import type { Mutant } from "./catalogue.ts";
import type { Reach } from "./reach.ts";
import type { EndedTest } from "./trial-report.ts";
import type { Verdict } from "./verdict.ts";
import { trialKey, type Trial, type Trials } from "./woven-fixtures.ts";

export interface TrialChoice {
  readonly reach: Reach;
  /** Most tests of the named cases that are tried; the cheapest go first. */
  readonly most: number;
  /** Whether the tests of all other cases that meet the mutant are tried too. */
  readonly others: boolean;
}

/** About what a bed costs that must be restored behind a test. */
const RESTORE_MS = 10_000;

/** The tests that are run under each mutant: those of the named cases that meet it, and, when asked for, all others that do. */
export const trialsOf = (mutants: readonly Mutant[], { reach, most, others }: TrialChoice): Trials => {
  const trials: Record<string, Trial[]> = {};
  for (const { id, red } of mutants) {
    const meeting = (reach.met[id] ?? []).flatMap((index) => reach.tests[index] ?? []);
    const cheapFirst = meeting.toSorted((a, b) => a.ms - b.ms);
    const named = cheapFirst.filter(({ plan }) => red.includes(plan)).slice(0, most);
    const beside = others ? meeting.filter(({ plan }) => !red.includes(plan)) : [];
    for (const { plan, title, disturbs } of [...named, ...beside])
      (trials[trialKey(plan, title)] ??= []).push({ id, ends: !others, control: !disturbs });
  }
  return trials;
};

/** The cheapest test of each case that meets a mutant for which nobody has named one, at most so many. */
export const searchesOf = (mutants: readonly Mutant[], reach: Reach, most: number): Trials => {
  const trials: Record<string, Trial[]> = {};
  for (const { id } of mutants) {
    const meeting = (reach.met[id] ?? []).flatMap((index) => reach.tests[index] ?? []);
    const costOf = ({ ms, disturbs }: (typeof meeting)[number]): number => ms + (disturbs ? RESTORE_MS : 0);
    const dearFirst = meeting.toSorted((a, b) => costOf(b) - costOf(a));
    const cheapest = [...new Map(dearFirst.map((one) => [one.plan, one])).values()].toSorted((a, b) => costOf(a) - costOf(b));
    for (const { plan, title, disturbs } of cheapest.slice(0, most))
      (trials[trialKey(plan, title)] ??= []).push({ id, ends: false, control: !disturbs });
  }
  return trials;
};

/** Cases that went red under a mutant, and were green again without it on the same bed. */
export const noticed = (ended: readonly EndedTest[], id: string) => {
  const ofMutant = ended.filter(({ mutant }) => mutant === id);
  const spoilt = new Set(
    ofMutant.filter((one) => one.isControl && one.status === "failed").map(({ plan, title }) => trialKey(plan, title)),
  );
  const red = ofMutant.filter(
    (one) => !one.isControl && one.status === "failed" && !one.inSetUp && !spoilt.has(trialKey(one.plan, one.title)),
  );
  return [...new Set(red.map(({ plan }) => plan))];
};

/** What trials say of a mutant; undefined when they say nothing for sure. */
export const verdictOfTrials = (ended: readonly EndedTest[], { id, red }: Mutant): Verdict | undefined => {
  const by = noticed(ended, id).filter((plan) => red.includes(plan));
  return by.length > 0 ? { end: "killed", by } : undefined;
};

/** Cases beside the named ones that went red. */
export const othersOfTrials = (ended: readonly EndedTest[], { id, red }: Mutant): readonly string[] =>
  noticed(ended, id).filter((plan) => !red.includes(plan));
