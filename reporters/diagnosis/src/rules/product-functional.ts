import { ERROR_CODES, isErrorCode } from "@kubera-e2e/schema/error-codes";
import { environmentOf } from "../environment.ts";
import { firstLine, headline, type ResidueRule } from "../residue.ts";

const TEST_TIMEOUT = /^(Test timeout of|Worker process|Test was interrupted)/;

/** The product did something else than expected, and its environment is shown to have been green. */
export const productFunctional: ResidueRule = {
  id: "product.functional",
  explain: (evidence, facts) => {
    const { error } = evidence;
    if (error === undefined || TEST_TIMEOUT.test(firstLine(evidence))) return undefined;
    if (error.code !== undefined && isErrorCode(error.code) && ERROR_CODES[error.code].class !== "product") return undefined;
    const environment = environmentOf(evidence, facts);
    if (environment.state !== "green") return undefined;
    const answers = evidence.facts.filter(({ kind, data }) => kind === "http.exchange" && Number(data["status"] ?? 0) >= 400);
    return {
      cause: "product.functional",
      class: "product",
      confidence: 0.7,
      summary: headline(evidence),
      remedy: `Report it with this build: the environment was green (${environment.because}). Start from the failing step and the calls recorded with it.`,
      evidence: [...answers, ...environment.nodes.map(({ fact }) => fact)],
    };
  },
};
