import { firstLine, reasonOf, type ResidueRule } from "../residue.ts";

/** A test that passed and left others another bed than it found. */
export const testIsolation: ResidueRule = {
  id: "test.isolation",
  explain: (evidence) => {
    const { error } = evidence;
    if (error?.code !== "TEST_LEFT_CHANGES") return undefined;
    const because = reasonOf(evidence);
    return {
      cause: "test.isolation",
      class: "test",
      confidence: 0.9,
      summary: firstLine(evidence),
      ...(because !== undefined && { because }),
      remedy: error.fix ?? "Undo in the test what it does.",
      evidence: [],
    };
  },
};
