import { readPlan } from "@kubera-e2e/cli/read-plan";

/** Every id of the plan, and whether a spec of the api suite asserts it. Error: `PLAN_INVALID`. */
export const planCases = (root: string): ReadonlyMap<string, boolean> =>
  new Map(readPlan(root).listed.map(({ entry }) => [entry.id, entry.automated === true && entry.kind === "api"]));
