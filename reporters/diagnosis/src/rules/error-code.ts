import { classOfCause, type CauseId } from "@kubera-e2e/schema/causes";
import { ERROR_CODES, type ErrorCode, isErrorCode } from "@kubera-e2e/schema/error-codes";
import type { FactIndex } from "../facts.ts";
import { firstLine, reasonOf, type ResidueRule } from "../residue.ts";

/** Codes that name their cause by themselves: the check behind them saw it. */
const CAUSE_OF_CODE: Partial<Record<ErrorCode, CauseId>> = {
  SET_WITH_MEMORY: "esx.snapshot-with-memory",
  TLS_NOT_YET_VALID: "cert.not-yet-valid",
  VSPHERE_LOGIN_REFUSED: "esx.api-auth",
  NAME_UNRESOLVED: "network.dns-lab",
  TLS_EXPIRED: "cert.expired",
  TLS_UNTRUSTED: "cert.untrusted",
  TLS_NAME_MISMATCH: "cert.name-mismatch",
  TLS_PIN_MISMATCH: "cert.untrusted",
};

/** A call that got no answer does not say whether the product or the way to it was gone. */
const AMBIGUOUS: ReadonlySet<ErrorCode> = new Set<ErrorCode>(["CONNECTION_REFUSED", "CONNECTION_LOST", "TIMED_OUT", "RESPONSE_INVALID"]);

/** A restore has many steps; only a revert that failed is the snapshot's story. */
const causeOf = (code: ErrorCode, facts: FactIndex): CauseId => {
  if (code !== "RESTORE_FAILED") return CAUSE_OF_CODE[code] ?? "unknown";
  const reverted = facts.restoreSteps().some(({ data }) => data.phase === "revert" && data.outcome === "failed");
  return reverted ? "esx.snapshot-revert-failed" : "unknown";
};

/** Answers from the error's own code, where the code's class alone settles whose trouble it is. */
export const errorCode: ResidueRule = {
  id: "error-code",
  explain: (evidence, facts) => {
    const code = evidence.error?.code;
    if (code === undefined || !isErrorCode(code) || AMBIGUOUS.has(code)) return undefined;
    const settled = ERROR_CODES[code].class;
    if (settled !== "infrastructure" && settled !== "environment") return undefined;
    const cause = causeOf(code, facts);
    const named = classOfCause(cause);
    const because = reasonOf(evidence);
    return {
      cause,
      class: named === "unknown" ? settled : named,
      confidence: cause === "unknown" ? 0.6 : 0.8,
      summary: firstLine(evidence),
      ...(because !== undefined && { because }),
      remedy: evidence.error?.fix ?? "Read the test's own error; its code names what was not met.",
      evidence: facts
        .restoreSteps()
        .filter(({ data }) => data.outcome === "failed")
        .map(({ fact }) => fact),
    };
  },
};
