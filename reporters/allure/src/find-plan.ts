import { existsSync, readdirSync, readFileSync } from "node:fs";
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

/** The spec's own area first, for a spec may name a case of another. */
const plansBeside = (spec: string): string[] => {
  const [own, tests] = [dirname(spec), dirname(dirname(spec))];
  const areas = existsSync(tests) ? readdirSync(tests, { withFileTypes: true }).filter((found) => found.isDirectory()) : [];
  const others = areas.map(({ name }) => join(tests, name)).filter((folder) => folder !== own);
  return [own, ...others].map((folder) => join(folder, "plan.yaml")).filter((file) => existsSync(file));
};

const textOf = (file: string, id: string): string => entryOf(readFileSync(file, "utf8"), id);

/** The plan that lists a test's case, else the one beside its spec; undefined where the specs do not lie above the run's folder. */
export const findPlan = (runFolder: string, { file, plan }: TestIdentity): PlanText | undefined => {
  for (let folder = resolve(runFolder); folder !== dirname(folder); folder = dirname(folder)) {
    if (!existsSync(join(folder, dirname(file), "plan.yaml"))) continue;
    const plans = plansBeside(join(folder, file));
    const found = plans.find((path) => textOf(path, plan) !== "") ?? join(folder, dirname(file), "plan.yaml");
    const url = relative(join(resolve(runFolder), RUN_FILES.report), found);
    return { url, file: relative(folder, found), entry: textOf(found, plan) };
  }
  return undefined;
};
