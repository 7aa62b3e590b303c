import { leftOutOf } from "../beside.ts";
import type { Mutant } from "../catalogue.ts";
import type { Result } from "../results.ts";
import { meetingsOf, suspectsOf, trialsTogether, type Meeting } from "./bundles.ts";
import type { RunAlso } from "./run-also.ts";
import { slicesOf } from "./slices.ts";
import type { EndedTest } from "./trial-report.ts";
import { besideOfTrials, countBeside } from "./trials.ts";

export interface RunBeside extends RunAlso {
  /** How many mutants live at once at most. */
  readonly size: number;
  /** Whether one that turned something red is asked further, alone from then on. */
  readonly every: boolean;
}

/** By mutant that was not green everywhere: the red cases of it; undefined when a test did not run, or spoilt its bed. */
type Found = ReadonlyMap<Mutant, readonly string[] | undefined>;

const without = (meetings: readonly Meeting[], isOut: (mutant: Mutant, test: Meeting["test"]) => boolean): readonly Meeting[] =>
  meetings.flatMap(({ test, mutants }) => {
    const left = mutants.filter((mutant) => !isOut(mutant, test));
    return left.length === 0 ? [] : [{ test, mutants: left }];
  });

/** What is not in the report was not green: a run that is cut off tells of fewer tests. */
const hasRun = (ended: readonly EndedTest[], { id }: Mutant, test: Meeting["test"]): boolean =>
  ended.some(({ mutant, isControl, plan, title }) => mutant === id && !isControl && plan === test.plan && title === test.title);

/** Runs tests under many mutants at once, and those that were not green then under each alone, where it was not alone already. */
const runSlice = async (meetings: readonly Meeting[], { place, run, size }: RunBeside, alone: ReadonlySet<string>): Promise<Found> => {
  place.choose(trialsTogether(meetings, size, alone));
  const together = await run();
  const suspects = suspectsOf(meetings, together);
  const inDoubt = without(suspects, (mutant, test) => hasRun(together, mutant, test));
  if (inDoubt.length > 0) place.choose(trialsTogether(inDoubt, 1));
  const ended = inDoubt.length > 0 ? [...together, ...(await run())] : together;
  const found = new Map<Mutant, readonly string[] | undefined>();
  for (const mutant of new Set(suspects.flatMap(({ mutants }) => mutants))) {
    const asked = suspects.filter(({ mutants }) => mutants.includes(mutant));
    const red = asked.every(({ test }) => hasRun(ended, mutant, test)) ? besideOfTrials(ended, mutant) : undefined;
    if (red?.length !== 0) found.set(mutant, red);
  }
  return found;
};

const toldOf = (red: readonly string[] | undefined): string => (red === undefined ? "not sure" : `also ${red.join(", ")}`);

interface Look {
  readonly others: readonly string[];
  /** Whether no other test meets it. */
  readonly isAlone: boolean;
  readonly isWhole: boolean;
}

/** What is kept of a look: `isWhole` when it went on behind what was red. */
const lookedAt = (mutant: Mutant, result: Result, { others, isAlone, isWhole }: Look): Omit<Result, "print"> => {
  const { print: _, inCompany: __, leftOut: ___, others: shown = [], ...rest } = result;
  // What was shown before, and is named since, is not asked again.
  const before = shown.filter((plan) => mutant.also?.includes(plan));
  return { ...rest, others: [...before, ...others], ...leftOutOf(mutant), ...(!isAlone && !isWhole && { inCompany: true as const }) };
};

const united = (before: readonly string[] = [], more: readonly string[]): readonly string[] => [...new Set([...before, ...more])];

/**
 * For mutants with a result: whether they turn cases red beside those that they name. Many live at once, and a test that is green then is
 * taken for green under each of them; one that turned something red is asked no further, or alone. Where no other test meets one, none is.
 */
export const runBeside = async (mutants: readonly Mutant[], options: RunBeside): Promise<void> => {
  const { place, reach, keep, tell, known, slice, every } = options;
  const found = new Map<string, readonly string[] | undefined>();
  const keepLook = (mutant: Mutant, isWhole: boolean): void => {
    const result = known(mutant);
    const look = { others: found.get(mutant.id) ?? [], isAlone: countBeside(mutant, reach) === 0, isWhole };
    if (result !== undefined) keep({ [mutant.id]: lookedAt(mutant, result, look) });
  };
  const counted = mutants.filter((mutant) => known(mutant) !== undefined && countBeside(mutant, reach) !== undefined);
  const asked = counted.filter((mutant) => place.ids.has(mutant.id) || countBeside(mutant, reach) === 0);
  const slices = slicesOf(meetingsOf(asked, reach), slice);
  const settled = new Set<string>();
  const isGone = ({ id }: Mutant): boolean => found.has(id) && (!every || found.get(id) === undefined);
  /** A run may be cut off: what no later test meets is known by now. */
  const settle = (later: readonly Meeting[]): void => {
    const isMet = ({ id }: Mutant): boolean => later.some(({ mutants: met }) => met.some((one) => one.id === id));
    for (const mutant of asked) {
      if (settled.has(mutant.id) || isGone(mutant) || isMet(mutant)) continue;
      settled.add(mutant.id);
      const red = found.get(mutant.id) ?? [];
      keepLook(mutant, red.length > 0);
      tell(`${mutant.id} ${red.length === 0 ? "nothing else" : `in all ${toldOf(red)}`}`);
    }
  };
  settle(slices.flat());
  for (const [index, meetings] of slices.entries()) {
    const left = without(meetings, isGone);
    for (const [mutant, red] of await runSlice(left, options, new Set(found.keys()))) {
      found.set(mutant.id, red && united(found.get(mutant.id), red));
      if (red !== undefined) keepLook(mutant, false);
      tell(`${mutant.id} ${toldOf(red)}`);
    }
    settle(slices.slice(index + 1).flat());
  }
};
