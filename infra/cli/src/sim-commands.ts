import { join } from "node:path";
import { copyName } from "@kubera-e2e/lifecycle/bed-files";
import type { Settings } from "@kubera-e2e/schema/settings";
import { findSharedSim } from "@kubera-e2e/sim/find";
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

/**
 * Joins a sim that `e2e sim up` started, or says how to start one for each bed of the run; they end with this process and with its
 * launcher, which may be gone already.
 */
export const simCommands = (root: string, run: Run): string[] => {
  if (process.env.KUBERA_VALUES !== undefined) return [];
  const shared = findSharedSim();
  if (shared !== undefined) {
    process.env.KUBERA_VALUES = shared.values;
    return [];
  }
  // It ends with this process: nobody comes after this run.
  process.env.KUBERA_CLEAN ??= "never";
  const launcher = run.settings.KUBERA_LAUNCHER ?? process.ppid;
  const command = `"${process.execPath}" "${join(root, "infra/cli/bin/e2e.mjs")}" sim up --private --watch-pid ${process.pid} ${launcher}`;
  return Array.from({ length: howMany(run) }, (_, index) => (index === 0 ? command : `${command} --bed ${copyName(run.bed, index + 1)}`));
};
