import type { Mutant } from "./catalogue.ts";
import type { Result } from "./results.ts";
import type { Scored } from "./score.ts";
import type { Session } from "./session.ts";

export interface RunAll {
  readonly session: Pick<Session, "known" | "notGreen" | "run">;
  /** Whether results that still hold are made anew. */
  readonly again: boolean;
  /** How many are run at most. */
  readonly limit: number;
  readonly tell: (line: string) => void;
}

const wordOf = ({ end, by = [], because = "" }: Result): string =>
  end === "killed" ? `killed by ${by.join(", ")}` : end === "survived" ? "SURVIVED" : `ERRORED: ${because}`;

/**
 * Runs what has no result yet, and answers what is known of all. Throws when a case that is named is red without any mutant.
 */
export const runAll = async (mutants: readonly Mutant[], { session, again, limit, tell }: RunAll): Promise<readonly Scored[]> => {
  const known = new Map(mutants.map((mutant) => [mutant.id, again ? undefined : session.known(mutant)]));
  const due = mutants.filter(({ id, red }) => red.length > 0 && known.get(id) === undefined).slice(0, limit);
  const red = await session.notGreen([...new Set(due.flatMap((mutant) => mutant.red))]);
  if (red.length > 0) throw new Error(`red without any mutant, so that nothing can be said with them: ${red.join(", ")}`);
  for (const [index, mutant] of due.entries()) {
    const result = await session.run(mutant);
    known.set(mutant.id, result);
    tell(`[${index + 1}/${due.length}] ${mutant.id} ${wordOf(result)} (${result.seconds} s)`);
  }
  return mutants.map((mutant) => ({ mutant, result: known.get(mutant.id) }));
};
