import { availableParallelism, totalmem } from "node:os";
import { join } from "node:path";
import { copyName } from "@kubera-e2e/lifecycle/bed-files";
import type { Settings } from "@kubera-e2e/schema/settings";
import { NODE_FLAGS } from "./node-flags.ts";
import { DEFAULT_BED } from "./run-place.ts";
import { asksForAll, workersOf } from "./test-flags.ts";

interface Run {
  readonly bed: string;
  readonly settings: Settings;
  readonly argv: readonly string[];
}

const MOST = 9;

/** What a computer has for a run. */
export interface Computer {
  readonly cores: number;
  readonly memoryBytes: number;
}

const thisComputer = (): Computer => ({ cores: availableParallelism(), memoryBytes: totalmem() });

/** With its worker; a whole run of two takes 2.3 GB. */
const MEMORY_OF_EACH = 2 * 1024 ** 3;
/** Beyond that, what all share is what takes the time. */
const MOST_UNASKED = 2;

const spare = ({ cores, memoryBytes }: Computer): number =>
  Math.max(Math.min(cores, Math.floor(memoryBytes / MEMORY_OF_EACH), MOST_UNASKED), 1);

/** A simulator takes its first set for the bed sim alone; other simulated beds are somebody's own. */
const howMany = ({ bed, settings, argv }: Run, computer: Computer): number => {
  if (bed !== DEFAULT_BED) return 1;
  return Math.min(settings.KUBERA_SIMS ?? workersOf(argv) ?? (asksForAll(argv) ? spare(computer) : 1), MOST);
};

/**
 * Start a simulator for each bed of a run: for each worker that is asked for; for two when the whole suite is and the computer has room for
 * them, else for one. Each ends with one of the processes, which may be gone already.
 */
export const simCommands = (root: string, run: Run & { readonly computer?: Computer }, parents: readonly number[]): string[] => {
  const command = `"${process.execPath}" ${NODE_FLAGS.join(" ")} "${join(root, "infra/cli/bin/e2e.mjs")}" sim up --private --watch-pid ${parents.join(" ")}`;
  return Array.from({ length: howMany(run, run.computer ?? thisComputer()) }, (_, index) =>
    index === 0 ? command : `${command} --bed ${copyName(run.bed, index + 1)}`,
  );
};
