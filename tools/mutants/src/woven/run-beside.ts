import { leftOutOf } from "../beside.ts";
import type { Mutant } from "../catalogue.ts";
import { meetingsOf, suspectsOf, trialsTogether, type Meeting } from "./bundles.ts";
import type { RunAlso } from "./run-also.ts";
import { slicesOf } from "./slices.ts";
import type { EndedTest } from "./trial-report.ts";
import { besideOfTrials, countBeside } from "./trials.ts";

export interface RunBeside extends RunAlso {
  /** How many mutants live at once at most. */
  readonly size: number;
}

/** By mutant that was not green everywhere: the red cases; undefined when a test did not run, or spoilt its bed. */
type Found = ReadonlyMap<string, readonly string[] | undefined>;

const without = (meetings: readonly Meeting[], found: Found): readonly Meeting[] =>
  meetings.flatMap(({ test, mutants }) => {
    const left = mutants.filter(({ id }) => !found.has(id));
    return left.length === 0 ? [] : [{ test, mutants: left }];
  });

/** What is not in the report was not green: a run that is cut off tells of fewer tests. */
const hasRun = (ended: readonly EndedTest[], { id }: Mutant, test: Meeting["test"]): boolean =>
  ended.some(({ mutant, isControl, plan, title }) => mutant === id && !isControl && plan === test.plan && title === test.title);

/** Runs tests under many mutants at once, and those that were not green under each of them alone. */
const runSlice = async (meetings: readonly Meeting[], { place, run, size }: RunBeside): Promise<Found> => {
  place.choose(trialsTogether(meetings, size));
  const suspects = suspectsOf(meetings, await run());
  const found = new Map<string, readonly string[] | undefined>();
  if (suspects.length === 0) return found;
  place.choose(trialsTogether(suspects, 1));
  const ended = await run();
  for (const mutant of new Set(suspects.flatMap(({ mutants }) => mutants))) {
    const asked = suspects.filter(({ mutants }) => mutants.includes(mutant));
    const red = asked.every(({ test }) => hasRun(ended, mutant, test)) ? besideOfTrials(ended, mutant) : undefined;
    if (red?.length !== 0) found.set(mutant.id, red);
  }
  return found;
};

const toldOf = (red: readonly string[] | undefined): string => (red === undefined ? "not sure" : `also ${red.join(", ")}`);

/**
 * For mutants with a result: whether they turn cases red beside those that they name. Many live at once, and a test that is green then is
 * taken for green under each of them; one that turned something red is asked no further. Where no other test meets one, none is.
 */
export const runBeside = async (mutants: readonly Mutant[], options: RunBeside): Promise<void> => {
  const { place, reach, keep, tell, known, slice } = options;
  const keepOthers = (mutant: Mutant, others: readonly string[]): void => {
    const result = known(mutant);
    if (result === undefined) return;
    const { print: _, inCompany: __, leftOut: ___, others: shown = [], ...rest } = result;
    // What was shown before, and is named since, is not asked again.
    const before = shown.filter((plan) => mutant.also?.includes(plan));
    keep({
      [mutant.id]: {
        ...rest,
        others: [...before, ...others],
        ...leftOutOf(mutant),
        ...(countBeside(mutant, reach) !== 0 && { inCompany: true as const }),
      },
    });
  };
  const counted = mutants.filter((mutant) => known(mutant) !== undefined && countBeside(mutant, reach) !== undefined);
  const asked = counted.filter((mutant) => place.ids.has(mutant.id) || countBeside(mutant, reach) === 0);
  const found = new Map<string, readonly string[] | undefined>();
  const slices = slicesOf(meetingsOf(asked, reach), slice);
  const settled = new Set<string>();
  /** A run may be cut off: what no later test meets is known by now. */
  const settle = (later: readonly Meeting[]): void => {
    const isMet = ({ id }: Mutant): boolean => later.some(({ mutants: met }) => met.some((one) => one.id === id));
    for (const mutant of asked) {
      if (settled.has(mutant.id) || found.has(mutant.id) || isMet(mutant)) continue;
      settled.add(mutant.id);
      keepOthers(mutant, []);
      tell(`${mutant.id} nothing else`);
    }
  };
  settle(slices.flat());
  for (const [index, meetings] of slices.entries()) {
    for (const [id, red] of await runSlice(without(meetings, found), options)) {
      found.set(id, red);
      const mutant = asked.find((one) => one.id === id);
      if (mutant !== undefined && red !== undefined) keepOthers(mutant, red);
      tell(`${id} ${toldOf(red)}`);
    }
    settle(slices.slice(index + 1).flat());
  }
};
