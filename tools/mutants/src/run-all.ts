import type { Mutant } from "./catalogue.ts";
import { groupsOf } from "./groups.ts";
import type { Result } from "./results.ts";
import type { Scored } from "./score.ts";
import type { Session } from "./session.ts";

export interface RunAll {
  readonly session: Pick<Session, "known" | "notGreen" | "run"> & { readonly tests: Pick<Session["tests"], "areasOf"> };
  /** Whether results that still hold are made anew. */
  readonly again: boolean;
  /** How many are run at most. */
  readonly limit: number;
  /** How many are run at once at most. */
  readonly size: number;
  readonly tell: (line: string) => void;
}

const wordOf = ({ end, by = [], because = "" }: Result): string =>
  end === "killed" ? `killed by ${by.join(", ")}` : end === "survived" ? "SURVIVED" : `ERRORED: ${because}`;

/** What is not killed in company is run alone: another may have kept its cases from running. */
const resultsOf = async (group: readonly Mutant[], session: RunAll["session"]) => {
  const together = await session.run(group);
  const ended: { readonly mutant: Mutant; readonly result: Result | undefined }[] = [];
  for (const [index, mutant] of group.entries()) {
    const result = together[index];
    const isSure = group.length === 1 || result?.end === "killed";
    ended.push({ mutant, result: isSure ? result : (await session.run([mutant]))[0] });
  }
  return ended.flatMap(({ mutant, result }) => (result === undefined ? [] : [{ mutant, result }]));
};

/**
 * Runs what has no result yet, and answers what is known of all. Throws when a case that is named is red without any mutant.
 */
export const runAll = async (mutants: readonly Mutant[], { session, again, limit, size, tell }: RunAll): Promise<readonly Scored[]> => {
  const known = new Map(mutants.map((mutant) => [mutant.id, again ? undefined : session.known(mutant)]));
  const due = mutants.filter(({ id, red }) => red.length > 0 && known.get(id) === undefined).slice(0, limit);
  const red = await session.notGreen([...new Set(due.flatMap((mutant) => mutant.red))]);
  if (red.length > 0) throw new Error(`red without any mutant, so that nothing can be said with them: ${red.join(", ")}`);
  let ended = 0;
  for (const group of groupsOf(due, size, (mutant) => session.tests.areasOf(mutant.red)))
    for (const { mutant, result } of await resultsOf(group, session)) {
      ended += 1;
      known.set(mutant.id, result);
      tell(`[${ended}/${due.length}] ${mutant.id} ${wordOf(result)} (${result.seconds} s)`);
    }
  return mutants.map((mutant) => ({ mutant, result: known.get(mutant.id) }));
};
