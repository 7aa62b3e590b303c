import { existsSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import type { TestIdentity } from "@kubera-e2e/schema/evidence";
import { RUN_FILES } from "@kubera-e2e/schema/run-folder";

/** What the plan beside a spec says of its case. */
export interface PlanText {
  /** The plan's file as seen from the report. */
  readonly url: string;
  /** The plan's file as seen from the repository. */
  readonly file: string;
  /** The lines of the entry, as they stand there; empty when it has none. */
  readonly entry: string;
}

/** Entries of a plan begin with `- id:` at the margin, and their lines are indented. */
const entryOf = (text: string, id: string): string => {
  const entries = text.split(/^(?=- id:)/m);
  return entries.find((entry) => /^- id: *(\S+)/.exec(entry)?.[1] === id)?.trimEnd() ?? "";
};

/** The plan of a test; undefined where the specs do not lie above the run's folder. */
export const findPlan = (runFolder: string, { file, plan }: TestIdentity): PlanText | undefined => {
  const own = join(dirname(file), "plan.yaml");
  for (let folder = resolve(runFolder); folder !== dirname(folder); folder = dirname(folder)) {
    const found = join(folder, own);
    if (!existsSync(found)) continue;
    const url = relative(join(resolve(runFolder), RUN_FILES.report), found);
    return { url, file: own, entry: entryOf(readFileSync(found, "utf8"), plan) };
  }
  return undefined;
};
