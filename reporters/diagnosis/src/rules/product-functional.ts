import { ERROR_CODES, isErrorCode } from "@kubera-e2e/schema/error-codes";
import type { Evidence, Fact } from "@kubera-e2e/schema/evidence";
import { environmentOf } from "../environment.ts";
import { firstLine, headline, type ResidueRule, textOf } from "../residue.ts";

const TEST_TIMEOUT = /^(Test timeout of|Worker process|Test was interrupted)/;
/** Assertions show the call that asserted, under a message of the spec's own perhaps; those of this house say what was expected. */
const ASSERTION = /\bexpect\(|^(Error: )?expected /m;
const FIRST_SERVER_ERROR = 500;
const FIRST_REFUSAL = 400;

interface Certainty {
  readonly confidence: number;
  readonly remedy: string;
}

const statusOf = ({ data }: Fact): number => Number(data["status"] ?? 0);

const exchangesOf = ({ facts }: Evidence): Fact[] => facts.filter(({ kind }) => kind === "http.exchange");

const isProductCode = (code: string | undefined): boolean =>
  code !== undefined && isErrorCode(code) && ERROR_CODES[code].class === "product";

/** A server error of a Ready product is its own; an assertion can be wrong as well as the product; any other error shows neither. */
const certaintyOf = (evidence: Evidence): Certainty | undefined => {
  const broken = exchangesOf(evidence).findLast((fact) => statusOf(fact) >= FIRST_SERVER_ERROR);
  if (broken !== undefined) {
    const call = `${String(broken.data["method"] ?? "")} ${String(broken.data["url"] ?? "")}`.trim();
    return {
      confidence: 0.85,
      remedy: `Report it with this build: ${call} was answered with ${statusOf(broken)}, and the environment was green`,
    };
  }
  if (isProductCode(evidence.error?.code)) return { confidence: 0.7, remedy: "Report it with this build: the environment was green" };
  if (!ASSERTION.test(textOf(evidence)) || exchangesOf(evidence).length === 0) return undefined;
  const file = evidence.test?.file ?? "the spec";
  return {
    confidence: 0.6,
    remedy: `Compare what was expected with what came: report it with this build, or, if this build changed it on purpose, correct ${file}. The environment was green`,
  };
};

/** The product did something else than expected, and its environment is shown to have been green. */
export const productFunctional: ResidueRule = {
  id: "product.functional",
  explain: (evidence, facts) => {
    const { error } = evidence;
    if (error === undefined || TEST_TIMEOUT.test(firstLine(evidence))) return undefined;
    if (error.code !== undefined && isErrorCode(error.code) && !isProductCode(error.code)) return undefined;
    const environment = environmentOf(evidence, facts);
    const certainty = environment.state === "green" ? certaintyOf(evidence) : undefined;
    if (certainty === undefined) return undefined;
    return {
      cause: "product.functional",
      class: "product",
      confidence: certainty.confidence,
      summary: headline(evidence),
      remedy: `${certainty.remedy} (${environment.because}). Start from the failing step and the calls recorded with it.`,
      evidence: [...exchangesOf(evidence).filter((fact) => statusOf(fact) >= FIRST_REFUSAL), ...environment.nodes.map(({ fact }) => fact)],
    };
  },
};
