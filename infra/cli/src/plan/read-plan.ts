import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { KuberaError } from "@kubera-e2e/schema/kubera-error";
import { parsePlan, repeatedCases, type ListedCase, type PlanFault } from "@kubera-e2e/schema/parse-plan";
import { specCases, type SpecCase } from "@kubera-e2e/schema/spec-cases";

/** The whole plan of a repository, and every case that a spec names. */
export interface WholePlan {
  readonly listed: readonly ListedCase[];
  readonly named: readonly SpecCase[];
}

const invalid = (faults: readonly PlanFault[]): KuberaError =>
  new KuberaError("PLAN_INVALID", {
    what: `the test plan has ${faults.length} ${faults.length === 1 ? "fault" : "faults"}`,
    where: faults.map(({ file, line, message }) => `${file}:${line}  ${message}`).join("\n           "),
    because: "what is not understood would be missing from every count",
    fix: "Correct the lines above; `pnpm check` tells the same.",
  });

/** Files below a folder whose name ends so, in a stable order; links are not followed, for packages link to each other. */
const filesIn = (root: string, folder: string, ending: string): string[] =>
  readdirSync(join(root, folder), { withFileTypes: true })
    .toSorted((a, b) => a.name.localeCompare(b.name))
    .flatMap((found) => {
      const path = `${folder}/${found.name}`;
      if (found.isDirectory()) return found.name === "node_modules" ? [] : filesIn(root, path, ending);
      return found.isFile() && found.name.endsWith(ending) ? [path] : [];
    });

/**
 * Reads every `tests/<area>/plan.yaml` and every spec below a repository's root.
 *
 * Error: `PLAN_INVALID` with every fault as file:line.
 */
export const readPlan = (root: string): WholePlan => {
  const read = (file: string): string => readFileSync(join(root, file), "utf8");
  const plans = filesIn(root, "tests", "plan.yaml").map((file) => parsePlan(read(file), file));
  const listed = plans.flatMap((plan) => plan.listed);
  const faults = [...plans.flatMap((plan) => plan.faults), ...repeatedCases(listed)];
  if (faults.length > 0) throw invalid(faults);
  return { listed, named: filesIn(root, "tests", ".spec.ts").flatMap((file) => [...specCases(read(file)).cases]) };
};
