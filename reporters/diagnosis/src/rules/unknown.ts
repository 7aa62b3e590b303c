import { environmentOf } from "../environment.ts";
import { headline, type Residue } from "../residue.ts";
import type { Evidence } from "@kubera-e2e/schema/evidence";
import type { FactIndex } from "../facts.ts";
import { groupBy } from "../group.ts";

const STATES = {
  green: "The environment was green",
  "not green": "The environment was not green, and nothing ties that to this failure",
  "not known": "Whether the environment was green is not known",
} as const;

/** Collectors that failed for one reason are told together. */
const missingOf = ({ gaps }: Evidence): string => {
  if (gaps.length === 0) return "";
  const reasons = groupBy(gaps, ({ because }) => because);
  const told = [...reasons].map(([because, group]) => `${group.map(({ collector }) => collector).join(", ")} (${because})`);
  return ` Collectors without an answer: ${told.join("; ")}.`;
};

/** The honest answer when nothing decides; it says what would have. */
export const explainUnknown = (evidence: Evidence, facts: FactIndex): Residue => {
  const environment = environmentOf(evidence, facts);
  return {
    cause: "unknown",
    class: "unknown",
    confidence: 0,
    summary: headline(evidence),
    remedy: `Not explained. ${STATES[environment.state]} (${environment.because}).${missingOf(evidence)} Look at the test's own attachments.`,
    evidence: [],
  };
};
