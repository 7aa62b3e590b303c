import { ERROR_CODES, isErrorCode } from "@kubera-e2e/schema/error-codes";
import type { Evidence, Fact } from "@kubera-e2e/schema/evidence";
import { directorCalls, serverError } from "../calls.ts";
import { environmentOf } from "../environment.ts";
import { firstLine, headline, type ResidueRule, textOf } from "../residue.ts";

const TEST_TIMEOUT = /^(Test timeout of|Worker process|Test was interrupted)/;
/** Assertions show the call that asserted, under a message of the spec's own perhaps; those of this house say what was expected. */
const ASSERTION = /\bexpect(\.poll)?\(|^(Error: )?expected /m;
const FIRST_REFUSAL = 400;

interface Certainty {
  readonly confidence: number;
  readonly remedy: string;
}

const statusOf = ({ data }: Fact): number => Number(data["status"] ?? 0);
const callOf = ({ data }: Fact): string => `${String(data["method"] ?? "")} ${String(data["url"] ?? "")}`.trim();

const hasRefused = ({ data }: Fact): boolean => data["error"] === "CONNECTION_REFUSED";

const isProductCode = (code: string | undefined): boolean =>
  code !== undefined && isErrorCode(code) && ERROR_CODES[code].class === "product";

/** Codes of the house speak for themselves; a refused connection says no more than that nothing listened. */
const isSettled = (code: string | undefined): boolean =>
  code !== undefined && isErrorCode(code) && !isProductCode(code) && code !== "CONNECTION_REFUSED";

const fromCalls = (evidence: Evidence): Certainty | undefined => {
  const failed = serverError(evidence);
  if (failed !== undefined)
    return { confidence: 0.85, remedy: `Report it with this build: ${callOf(failed)} was answered with ${statusOf(failed)}` };
  const last = directorCalls(evidence).at(-1);
  if (last === undefined || !hasRefused(last)) return undefined;
  const { namespace = "<namespace of Director>" } = last.scope;
  return {
    confidence: 0.5,
    remedy: `Look whether Director's Service has endpoints (\`kubectl get endpoints -n ${namespace}\`): ${callOf(last)} was refused`,
  };
};

/** A server error of a Ready product is its own; an assertion can be wrong as well as the product; any other error shows neither. */
const certaintyOf = (evidence: Evidence): Certainty | undefined => {
  const told = fromCalls(evidence);
  if (told !== undefined) return told;
  if (isProductCode(evidence.error?.code)) return { confidence: 0.7, remedy: "Report it with this build" };
  if (!ASSERTION.test(textOf(evidence))) return undefined;
  const file = evidence.test?.file ?? "the spec";
  return {
    confidence: 0.6,
    remedy: `Compare what was expected with what came: report it with this build, or, if this build changed it on purpose, correct ${file}`,
  };
};

/** The product did something else than expected, and its environment is shown to have been green. */
export const productFunctional: ResidueRule = {
  id: "product.functional",
  explain: (evidence, facts) => {
    const { error } = evidence;
    if (error === undefined || TEST_TIMEOUT.test(firstLine(evidence)) || isSettled(error.code)) return undefined;
    const environment = environmentOf(evidence, facts);
    const certainty = environment.state === "green" ? certaintyOf(evidence) : undefined;
    if (certainty === undefined) return undefined;
    return {
      cause: "product.functional",
      class: "product",
      confidence: certainty.confidence,
      summary: headline(evidence),
      remedy: `${certainty.remedy}. The environment was green (${environment.because}). Start from the failing step and the calls recorded with it.`,
      evidence: [
        ...directorCalls(evidence).filter((fact) => statusOf(fact) >= FIRST_REFUSAL || fact.data["error"] !== undefined),
        ...environment.nodes.map(({ fact }) => fact),
      ],
    };
  },
};
