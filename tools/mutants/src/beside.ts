import { namesCase, type Mutant } from "./catalogue.ts";
import type { Result } from "./results.ts";

/** What a result keeps of those that were not asked since they are named already. */
export const leftOutOf = ({ also }: Mutant): Pick<Result, "leftOut"> => (also === undefined ? {} : { leftOut: also });

/** What is known of cases beside those that must notice it: a new run of these does not take it away. */
export const besideNamed = ({ others, leftOut, inCompany, inFolders }: Partial<Result> = {}): Partial<Result> => ({
  ...(others && { others }),
  ...(leftOut && { leftOut }),
  ...(inCompany && { inCompany }),
  ...(inFolders && { inFolders }),
});

/** All that any run has shown red. */
const shownRed = ({ by = [], others = [], inFolders = {} }: Partial<Result>): readonly string[] => [
  ...new Set([...by, ...others, ...Object.values(inFolders).flat()]),
];

const notIn = (shown: readonly string[], plans: readonly string[]): readonly string[] => plans.filter((plan) => !shown.includes(plan));

/**
 * Cases that go red beside all that a mutant names; undefined when nobody has looked so far: a look with more mutants at once ends at the
 * first that are red, and once those are named there may be more behind them.
 */
export const redBeside = (mutant: Mutant, result: Partial<Result> = {}): readonly string[] | undefined => {
  const { others, leftOut = [], inCompany } = result;
  if (others === undefined || leftOut.some((plan) => !namesCase(mutant, plan))) return undefined;
  const unnamed = shownRed(result).filter((plan) => !namesCase(mutant, plan));
  const isAtTheFirst = inCompany === true && others.some((plan) => !leftOut.includes(plan));
  return unnamed.length === 0 && isAtTheFirst ? undefined : unnamed;
};

/** Cases that a mutant names as going red too, and that no run has shown so. */
export const neverShown = ({ also = [] }: Mutant, result: Partial<Result> = {}): readonly string[] => notIn(shownRed(result), also);

/** Cases that a mutant names as those that must notice it, and that no run has shown red: most end at the first that is. */
export const neverNoticed = ({ red }: Mutant, result: Partial<Result> = {}): readonly string[] => notIn(shownRed(result), red);
