export { exitOf, type ExitParts } from "./exit-of.ts";
export { readOutcome, readDiagnosis } from "./read-outcome.ts";
export { renderOutcome } from "./render-outcome.ts";
export type { OutcomeReporterOptions } from "./outcome-reporter.ts";
