import type { CauseId } from "@kubera-e2e/schema/causes";
import type { Fact, FactKind, Scope } from "@kubera-e2e/schema/evidence";
import type { FactIndex } from "./facts.ts";

/** What a rule found: one cause in one place, with the facts for and against it. Times are milliseconds since 1970. */
export interface Finding {
  readonly cause: CauseId;
  readonly scope: Scope;
  readonly fromMs: number;
  readonly toMs: number;
  /** Whether the trouble lasts until something shows that it has ended; false for what happens at one moment. */
  readonly lasting: boolean;
  readonly confidence: number;
  readonly summary: string;
  readonly remedy: string;
  readonly evidence: readonly Fact[];
  readonly against: readonly Fact[];
}

type Wording = Pick<Finding, "summary" | "remedy">;

/** One root cause: how it is recognised from facts, and what to do about it. Rules match on codes, reasons and fields. */
export interface Rule {
  readonly id: CauseId;
  /** Without a fact of each of these kinds the rule cannot speak. */
  readonly needs: readonly FactKind[];
  match(facts: FactIndex): Finding[];
  /** Words two or more findings of one cluster at one time as one incident; without it each stays an incident of its own. */
  readonly together?: (findings: readonly Finding[]) => Wording;
}

/** Below this a finding is not reported: `unknown` is the better answer. */
export const LEAST_CONFIDENCE = 0.5;

/** Signs never prove. */
const SUREST = 0.99;

/** Confidence of independent signs together, each counter-sign taking a part away. */
export const confidenceOf = (weights: readonly number[], counterWeights: readonly number[] = []): number => {
  const unexplained = weights.reduce((rest, weight) => rest * (1 - weight), 1);
  const doubted = counterWeights.reduce((rest, weight) => rest * (1 - weight), 1);
  return Math.min(Math.round((1 - unexplained) * doubted * 100) / 100, SUREST);
};

/** `a`, `a and b`, `a, b and c`. */
export const listed = (names: readonly string[]): string =>
  names.length < 2 ? names.join("") : `${names.slice(0, -1).join(", ")} and ${names.at(-1) ?? ""}`;
