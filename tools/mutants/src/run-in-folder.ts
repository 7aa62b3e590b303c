import type { Mutant } from "./catalogue.ts";
import type { Result } from "./results.ts";
import type { Session } from "./session.ts";
import type { Reach } from "./woven/reach.ts";

export interface RunInFolder {
  readonly session: Pick<Session, "keeper" | "known" | "redIn"> & { readonly tests: Pick<Session["tests"], "inFolder"> };
  /** Of specs, relative to the repository: tests/upgrade. */
  readonly folder: string;
  readonly reach: Reach;
  /** Whether those are run that were run there before. */
  readonly again: boolean;
  /** How many are run at most. */
  readonly limit: number;
  readonly tell: (line: string) => void;
}

const toldOf = (red: readonly string[] | undefined): string =>
  red === undefined ? "not all cases ran" : red.length === 0 ? "all green" : `red ${red.join(", ")}`;

/**
 * For mutants with a result that a case of a folder meets: which of its cases they turn red in a run of all of them. What is done there to
 * what another case has on the same bed shows in no other way: woven, each case has its bed for itself.
 */
export const runInFolder = async (mutants: readonly Mutant[], options: RunInFolder): Promise<void> => {
  const { session, folder, reach, again, limit, tell } = options;
  const cases = new Set(session.tests.inFolder(folder).map(({ plan }) => plan));
  const isMet = ({ id }: Mutant): boolean => reach.met[id]?.some((index) => cases.has(reach.tests[index]?.plan ?? "")) === true;
  const isDue = (result: Result | undefined): result is Result =>
    result !== undefined && (again || result.inFolders?.[folder] === undefined);
  const due = mutants.filter(isMet).flatMap((mutant) => {
    const result = session.known(mutant);
    return isDue(result) ? [{ mutant, result }] : [];
  });
  const asked = due.slice(0, limit);
  const keep = session.keeper(asked.map(({ mutant }) => mutant));
  for (const [index, { mutant, result }] of asked.entries()) {
    const red = await session.redIn(folder, mutant);
    if (red !== undefined) keep({ [mutant.id]: { ...result, inFolders: { ...result.inFolders, [folder]: red } } });
    tell(`[${index + 1}/${asked.length}] ${mutant.id} in ${folder}: ${toldOf(red)}`);
  }
};
