export { diagnose, type DiagnoseInput } from "./diagnose.ts";
export { factLine, factTime } from "./fact-line.ts";
export { tellingFacts } from "./telling-facts.ts";
