export { collectSets } from "./collect-sets.ts";
export { findFrozen, freezeBed } from "./freeze-set.ts";
export type { FrozenState } from "./freeze-set.ts";
export { planGc, printGcPlan } from "./gc-plan.ts";
export { planRenew, printRenewPlan, renewSet } from "./renew-set.ts";
export type { RunCommand } from "./renew-steps.ts";
export { proveState } from "./prove-state.ts";
export { refuseLost } from "./refuse-lost.ts";
export { findSets } from "./set-catalog.ts";
