export { collectSets } from "./collect-sets.ts";
export { planGc, printGcPlan } from "./gc-plan.ts";
export { findSets } from "./set-catalog.ts";
