import { join } from "node:path";
import { copyName } from "@kubera-e2e/lifecycle/bed-files";
import type { Settings } from "@kubera-e2e/schema/settings";
import { NODE_FLAGS } from "./node-flags.ts";
import { DEFAULT_BED } from "./run-place.ts";
import { workersOf } from "./test-flags.ts";

interface Run {
  readonly bed: string;
  readonly settings: Settings;
  readonly argv: readonly string[];
}

const MOST = 9;

/** A simulator takes its first set for the bed sim alone; other simulated beds are somebody's own. */
const howMany = ({ bed, settings, argv }: Run): number =>
  bed === DEFAULT_BED ? Math.min(settings.KUBERA_SIMS ?? workersOf(argv) ?? 1, MOST) : 1;

/** Start a simulator for each bed of a run; each ends with one of the processes, which may be gone already. */
export const simCommands = (root: string, run: Run, parents: readonly number[]): string[] => {
  const command = `"${process.execPath}" ${NODE_FLAGS.join(" ")} "${join(root, "infra/cli/bin/e2e.mjs")}" sim up --private --watch-pid ${parents.join(" ")}`;
  return Array.from({ length: howMany(run) }, (_, index) => (index === 0 ? command : `${command} --bed ${copyName(run.bed, index + 1)}`));
};
