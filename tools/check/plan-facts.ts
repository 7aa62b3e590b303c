import { existsSync, readFileSync } from "node:fs";
import { join, posix } from "node:path";
import { parsePlan, type ParsedPlan } from "@kubera-e2e/schema/parse-plan";
import { filesBelow } from "./house.ts";

export const ASSUMPTIONS = "infra/sim/assumptions.yaml";

/** Ids of the assumptions that the simulated Director makes. */
export const assumptionIds = (root: string): ReadonlySet<string> => {
  const file = join(root, ASSUMPTIONS);
  const text = existsSync(file) ? readFileSync(file, "utf8") : "";
  return new Set([...text.matchAll(/^\s*- id: (\S+)/gm)].map(([, id = ""]) => id));
};

/** The `plan.yaml` of every area, with what is wrong in it. */
export const readPlans = (root: string): readonly ParsedPlan[] =>
  filesBelow(root, "tests")
    .filter((file) => posix.basename(file) === "plan.yaml")
    .map((file) => parsePlan(readFileSync(join(root, file), "utf8"), file));
