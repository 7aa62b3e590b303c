export { buildReport } from "./build-report.ts";
export { carryVerdicts } from "./carry-verdicts.ts";
