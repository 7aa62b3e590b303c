import type { Order } from "./arguments.ts";
import type { Mutant } from "./catalogue.ts";
import { runAll } from "./run-all.ts";
import { runInFolder } from "./run-in-folder.ts";
import type { Scored } from "./score.ts";
import { Session } from "./session.ts";
import { reachOfRoot, runInOnePlace } from "./woven/session.ts";

interface Run {
  readonly root: string;
  readonly session: Session;
  readonly flags: Order["flags"];
  readonly tell: (line: string) => void;
}

const common = (mutants: readonly Mutant[], { session, flags, tell }: Run) => ({
  session,
  again: flags.again === true,
  limit: Number(flags.limit ?? mutants.length),
  tell,
});

const woven = (mutants: readonly Mutant[], run: Run): Promise<void> => {
  const { every, else: isElse, within, group } = run.flags;
  return runInOnePlace(mutants, {
    ...common(mutants, run),
    root: run.root,
    every: every === true,
    within: isElse === true ? Number(within ?? Infinity) : undefined,
    size: group === undefined ? undefined : Number(group),
  });
};

const inFolder = (mutants: readonly Mutant[], folder: string, run: Run): Promise<void> =>
  runInFolder(mutants, { ...common(mutants, run), folder: folder.replace(/\/$/, ""), reach: reachOfRoot(run.root) });

const known = (mutants: readonly Mutant[], { session }: Run): readonly Scored[] =>
  mutants.map((mutant) => ({ mutant, result: session.known(mutant) }));

/** Runs mutants the way that an order has chosen, and answers what is known of all. */
const runAsOrdered = async (mutants: readonly Mutant[], run: Run): Promise<readonly Scored[]> => {
  const { woven: isWoven, in: folder, else: isElse, group } = run.flags;
  if (isWoven === true) await woven(mutants, run);
  else if (folder !== undefined) await inFolder(mutants, folder, run);
  else return runAll(mutants, { ...common(mutants, run), size: isElse === true ? 1 : Number(group ?? 1) });
  return known(mutants, run);
};

export interface RunOrder {
  readonly root: string;
  readonly flags: Order["flags"];
  /** Runs nothing, and answers what is known. */
  readonly isOnlyRead: boolean;
  readonly tell: (line: string) => void;
}

/** Runs mutants in a copy of the repository, which is removed whatever ends it. */
export const runOrder = async (mutants: readonly Mutant[], { root, flags, isOnlyRead, tell }: RunOrder): Promise<readonly Scored[]> => {
  const removed = () => process.exit(130);
  process.once("SIGINT", removed).once("SIGTERM", removed);
  const session = await Session.open({ root, every: flags.every === true, others: flags.else === true, tell });
  const run = { root, session, flags, tell };
  try {
    return isOnlyRead ? known(mutants, run) : await runAsOrdered(mutants, run);
  } finally {
    session.close();
  }
};
