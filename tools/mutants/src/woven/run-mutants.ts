import { besideNamed } from "../beside.ts";
import type { Mutant } from "../catalogue.ts";
import type { Reach } from "./reach.ts";
import type { Result } from "../results.ts";
import type { EndedTest } from "./trial-report.ts";
import { trialsOf, verdictOfTrials } from "./trials.ts";
import type { WovenPlace } from "./place.ts";
import { slicesOf } from "./slices.ts";

export interface RunWoven {
  readonly place: Pick<WovenPlace, "ids" | "choose">;
  readonly reach: Reach;
  /** How many mutants share one data centre at most. */
  readonly size: number;
  /** Most tests of the named cases that are tried for each, up to the first that is red; undefined for all. */
  readonly most: number | undefined;
  /** What is known of a mutant already. */
  readonly known: (mutant: Mutant) => Result | undefined;
  readonly run: () => Promise<readonly EndedTest[]>;
  readonly keep: (results: Readonly<Record<string, Omit<Result, "print">>>) => void;
  readonly tell: (line: string) => void;
}

const secondsOf = (ended: readonly EndedTest[], id: string): number =>
  Math.round(ended.filter(({ mutant }) => mutant === id).reduce((sum, { ms }) => sum + ms, 0) / 100) / 10;

/**
 * Runs mutants one after the other in one data centre, and answers those of which that says nothing for sure: they want one of their own.
 */
export const runWoven = async (mutants: readonly Mutant[], options: RunWoven): Promise<readonly Mutant[]> => {
  const { place, reach, size, most, run, keep, tell, known } = options;
  const here = mutants.filter(({ id }) => place.ids.has(id) && reach.met[id] !== undefined);
  const unsure = mutants.filter((mutant) => !here.includes(mutant));
  for (const chunk of slicesOf(here, size)) {
    place.choose(trialsOf(chunk, reach, most));
    const ended = await run();
    for (const mutant of chunk) {
      const verdict = verdictOfTrials(ended, mutant);
      if (verdict === undefined) unsure.push(mutant);
      else keep({ [mutant.id]: { ...besideNamed(known(mutant)), seconds: secondsOf(ended, mutant.id), woven: true, ...verdict } });
      tell(`${mutant.id} ${verdict === undefined ? "not sure" : "by" in verdict ? `killed by ${verdict.by.join(", ")}` : verdict.end}`);
    }
  }
  return unsure;
};
