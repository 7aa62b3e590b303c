import type { CauseId } from "@kubera-e2e/schema/causes";
import type { Evidence, Fact } from "@kubera-e2e/schema/evidence";
import type { FailureClass } from "@kubera-e2e/schema/failure-class";
import type { FactIndex } from "./facts.ts";

/** What is said of one test that no incident of the environment explains. */
export interface Residue {
  readonly cause: CauseId;
  readonly class: FailureClass | "unknown";
  readonly confidence: number;
  readonly summary: string;
  /** What the error says of its reason, told behind the summary; failures are gathered without it. */
  readonly because?: string;
  readonly remedy: string;
  readonly evidence: readonly Fact[];
}

/** A last answer about one test; undefined passes the question on. */
export interface ResidueRule {
  readonly id: string;
  explain(evidence: Evidence, facts: FactIndex): Residue | undefined;
}

// Built, so that no control character stands in the source.
const COLOUR = new RegExp(`${String.fromCharCode(27)}\\[[0-9;]*m`, "g");

const withoutColour = (text: string): string => text.replaceAll(COLOUR, "");

/** An error's text without colours. */
export const textOf = (evidence: Evidence): string => withoutColour(evidence.error?.message ?? "no error was recorded");

/** First line of an error, without colours. */
export const firstLine = (evidence: Evidence): string => textOf(evidence).split("\n")[0] ?? "";

/** First line of an error; for a bare assertion with what it expected and what came. */
export const headline = (evidence: Evidence): string => {
  const sides = ["Expected", "Received"].flatMap(
    (side) => new RegExp(`^\\s*(${side}[^:\\n]*: .{1,60})`, "m").exec(textOf(evidence))?.[1] ?? [],
  );
  return [firstLine(evidence), ...sides].join(" · ");
};

const REASON_LINES = 3;

/** The first lines of the reason that an error of the house gives, as one. */
export const reasonOf = ({ error }: Evidence): string | undefined =>
  error?.because
    ?.split("\n", REASON_LINES)
    .map((line) => line.trim())
    .join("; ");

/** A headline without what differs between two failures of one kind: times, numbers, ids. */
export const signature = (line: string): string =>
  line
    .replaceAll(/\b[0-9a-f]{8}-[0-9a-f-]{27}\b|\b[0-9a-f]{12,64}\b/gi, "#")
    .replaceAll(/\d+(\.\d+)?/g, "#")
    .slice(0, 200);
