export { askDirector, isConsidered, type AssumptionAnswer } from "./ask-director.ts";
