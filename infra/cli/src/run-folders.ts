import { existsSync, readdirSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { KuberaError } from "@kubera-e2e/schema/kubera-error";
import { RUN_FILES } from "@kubera-e2e/schema/run-folder";
import { readSettings } from "@kubera-e2e/schema/settings";
import { REPOSITORY } from "./repository.ts";

const hasOutcome = (folder: string): boolean => existsSync(join(folder, RUN_FILES.outcome));

const endedMs = (folder: string): number => statSync(join(folder, RUN_FILES.outcome)).mtimeMs;

/** The run that ended last; ids that people give do not sort by time. */
const newestRun = (artifacts: string): string | undefined =>
  existsSync(artifacts)
    ? readdirSync(artifacts)
        .map((name) => join(artifacts, name))
        .filter(hasOutcome)
        .toSorted((a, b) => endedMs(a) - endedMs(b))
        .at(-1)
    : undefined;

/**
 * The folder of a run: its id, its path, or the newest one with an outcome.
 *
 * Error: `RUN_NOT_FOUND`.
 */
export const findRunFolder = (run: string | undefined): string => {
  const artifacts = resolve(REPOSITORY, readSettings().ARTIFACTS);
  const candidates = run === undefined ? [newestRun(artifacts)] : [join(artifacts, run), resolve(run)];
  const found = candidates.find((folder) => folder !== undefined && hasOutcome(folder));
  if (found !== undefined) return found;
  throw new KuberaError("RUN_NOT_FOUND", {
    what: run === undefined ? "no run has stored an outcome yet" : `no run ${run} with an outcome`,
    where: artifacts,
    because: `a run writes ${RUN_FILES.outcome} into its folder when it ends`,
    fix: run === undefined ? "Run something first: pnpm test" : `See what is there: ls ${artifacts}`,
  });
};
