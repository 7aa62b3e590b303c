import { neverShown } from "../beside.ts";
import type { Mutant } from "../catalogue.ts";
import { meetingsWhere, trialsTogether, type Meeting } from "./bundles.ts";
import type { RunWoven } from "./run-mutants.ts";
import { slicesOf } from "./slices.ts";
import { noticed } from "./trials.ts";

export interface RunAlso extends Omit<RunWoven, "most" | "size"> {
  /** How many tests are run before what they have shown is kept. */
  readonly slice: number;
}

const meetingsOfAlso = (mutants: readonly Mutant[], { place, reach, known }: RunAlso): readonly Meeting[] => {
  const unshown = new Map(mutants.map((mutant) => [mutant.id, neverShown(mutant, known(mutant))]));
  return meetingsWhere(mutants, reach, ({ id }, { plan }) => place.ids.has(id) && unshown.get(id)?.includes(plan) === true);
};

/** For mutants with a result: whether cases that they name as going red too do so, each test under each mutant alone. */
export const runAlso = async (mutants: readonly Mutant[], options: RunAlso): Promise<void> => {
  const { place, run, keep, tell, known, slice } = options;
  const asked = mutants.filter((mutant) => known(mutant) !== undefined);
  for (const meetings of slicesOf(meetingsOfAlso(asked, options), slice)) {
    place.choose(trialsTogether(meetings, 1));
    const ended = await run();
    for (const mutant of new Set(meetings.flatMap(({ mutants: met }) => met))) {
      const result = known(mutant);
      const red = noticed(ended, mutant.id).filter((plan) => neverShown(mutant, result).includes(plan));
      if (result === undefined || red.length === 0) continue;
      const { print: _, others, ...rest } = result;
      // What is red beside those is not known by this, unless it was known before.
      keep({ [mutant.id]: { ...rest, others: [...(others ?? []), ...red], ...(others === undefined && { inCompany: true as const }) } });
      tell(`${mutant.id} as named also ${red.join(", ")}`);
    }
  }
};
