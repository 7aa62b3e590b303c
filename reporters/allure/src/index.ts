export { allureReporterOptions, type AllureRun } from "./allure-reporter-options.ts";
export { buildReport } from "./build-report.ts";
export { carryVerdicts } from "./carry-verdicts.ts";
