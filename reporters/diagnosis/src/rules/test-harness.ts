import { firstLine, type ResidueRule } from "../residue.ts";

const OUR_MISTAKES = new Set(["TypeError", "ReferenceError", "SyntaxError", "RangeError"]);
/** Playwright writes the class in front of the message and keeps no name. */
const CLASS_NAME = /^(TypeError|ReferenceError|SyntaxError|RangeError)\b/;

/** A defect of the suite or of this framework: nothing was learnt about the product. */
export const testHarness: ResidueRule = {
  id: "test.harness",
  explain: (evidence) => {
    const { error } = evidence;
    if (error === undefined) return undefined;
    const line = firstLine(evidence);
    if (error.code !== "INTERNAL" && !OUR_MISTAKES.has(error.name) && !CLASS_NAME.test(line)) return undefined;
    const where = error.where ?? evidence.test?.file ?? "the spec";
    return {
      cause: "test.harness",
      class: "test",
      confidence: 0.9,
      summary: `Defect of the suite: ${line}`,
      remedy: `Correct ${where}; the product was not tested by this.`,
      evidence: [],
    };
  },
};
