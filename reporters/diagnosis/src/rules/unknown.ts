import { environmentOf } from "../environment.ts";
import { headline, type Residue } from "../residue.ts";
import type { Evidence } from "@kubera-e2e/schema/evidence";
import type { FactIndex } from "../facts.ts";

/** The honest answer when nothing decides; it says what would have. */
export const explainUnknown = (evidence: Evidence, facts: FactIndex): Residue => {
  const environment = environmentOf(evidence, facts);
  const gaps = evidence.gaps.map(({ collector, because }) => `${collector} (${because})`);
  const missing = gaps.length === 0 ? "" : ` Collectors without an answer: ${gaps.join("; ")}.`;
  return {
    cause: "unknown",
    class: "unknown",
    confidence: 0,
    summary: headline(evidence),
    remedy: `Not explained: the environment is ${environment.state}, because ${environment.because}.${missing} Look at the test's own attachments.`,
    evidence: [],
  };
};
