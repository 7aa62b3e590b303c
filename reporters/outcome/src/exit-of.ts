import { ERROR_CODES, type ErrorCode, isErrorCode } from "@kubera-e2e/schema/error-codes";
import { wireFromText } from "@kubera-e2e/schema/error-text";
import { EXIT, type ExitCode } from "@kubera-e2e/schema/exit-codes";
import type { Outcome } from "@kubera-e2e/schema/outcome";

/** Codes that say a bed could not be brought into its state; one of them blocks the tests behind it. */
const SET_UP_CODES: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  "RESTORE_FAILED",
  "RESTORE_UNSUPPORTED",
  "SET_MISSING",
  "SET_MIXED",
  "SET_WITH_MEMORY",
  "SET_REFUSED",
  "BED_BROKEN",
  "MACHINE_MISSING",
  "MACHINE_AMBIGUOUS",
  "VSPHERE_LOGIN_REFUSED",
  "VSPHERE_FAULT",
]);

/** A failed test: the code of its error, and the class of the incident it was given to. */
export interface Failure {
  readonly code?: string | undefined;
  readonly class: string;
  /** Whether it failed while its bed was brought into a state for it. */
  readonly inSetUp?: boolean;
}

/** What the exit code of a run depends on, and nothing else. */
export interface ExitParts {
  readonly interrupted: boolean;
  /** Whether this process ran one part of the suite; an empty part is no mistake. */
  readonly sharded: boolean;
  readonly counts: Outcome["counts"];
  /** Failed drafts among the counts that decide nothing. */
  readonly drafts?: number;
  readonly failures: readonly Failure[];
  /** Errors outside any test, as Playwright told them. */
  readonly errors: readonly string[];
}

export type Exit = Outcome["exit"];

const answer = (code: ExitCode, because: string): Exit => ({ code, because });

const knownCode = ({ code }: Pick<Failure, "code">): ErrorCode | undefined => (code !== undefined && isErrorCode(code) ? code : undefined);

/** Whether a failure is that of a bed which could not be made ready; what the product itself failed in a set-up is the product's. */
const isSetUp = (failure: Failure): boolean => {
  const code = knownCode(failure);
  if (code !== undefined && SET_UP_CODES.has(code)) return true;
  const isLabs = failure.class === "infrastructure" || (code !== undefined && ERROR_CODES[code].class === "infrastructure");
  return failure.inSetUp === true && isLabs;
};

/** Exit codes of a run that did not begin. */
const BEFORE_TESTS: ReadonlySet<ExitCode> = new Set([EXIT.usage, EXIT.nothingSelected]);

/** Whether a code may end a run by itself; where a test was executed, no code says that none was. */
const mayEnd = (code: ErrorCode, executed: boolean): boolean => !(executed && BEFORE_TESTS.has(ERROR_CODES[code].exit));

/** The code of a failure that its user can repair: a lease held by another, a setting, a secret. */
const environmentCode = (failure: Failure): ErrorCode | undefined => {
  const code = knownCode(failure);
  if (code === undefined || ERROR_CODES[code].class !== "environment") return undefined;
  return mayEnd(code, failure.inSetUp !== true) ? code : undefined;
};

const answerOf = (code: ErrorCode): Exit => answer(ERROR_CODES[code].exit, `${code}: ${ERROR_CODES[code].title}`);

const IS_EMPTY = /No tests found/;

const exitOfErrors = (errors: readonly string[], executed: boolean): Exit => {
  const codes = errors.map((error) => knownCode(wireFromText(error)));
  const code = codes.find((found) => found !== undefined && mayEnd(found, executed));
  return code === undefined ? answer(EXIT.failed, "an error outside any test") : answerOf(code);
};

const exitOfFailures = ({ failures, counts }: ExitParts): Exit => {
  const codes = failures.map(environmentCode);
  const [first] = codes;
  if (first !== undefined && !codes.includes(undefined)) return answerOf(first);
  if (failures.every(isSetUp)) return answer(EXIT.restoreFailed, "the bed could not be set up");
  const isTheirs = (name: string): boolean => name === "infrastructure" || name === "environment";
  if (failures.every((failure) => isTheirs(failure.class)))
    return answer(EXIT.infrastructure, `${counts.failed === 1 ? "the only failure was" : "every failure was"} infrastructure`);
  return answer(EXIT.failed, "product, test or unexplained failures");
};

/** The exit code of a run and why; pure. */
export const exitOf = (parts: ExitParts): Exit => {
  const { interrupted, counts, failures, drafts = 0 } = parts;
  const errors = parts.errors.filter((error) => !IS_EMPTY.test(error));
  // Playwright says so of a whole suite without a test, never of one part of it.
  const isEmpty = errors.length < parts.errors.length;
  if (interrupted) return answer(EXIT.interrupted, "interrupted before its end");
  if (counts.failed > drafts) return exitOfFailures({ ...parts, failures: failures.length > 0 ? failures : [{ class: "unknown" }] });
  if (errors.length > 0) return exitOfErrors(errors, counts.passed > 0);
  if (counts.planned === 0)
    return parts.sharded && !isEmpty
      ? answer(EXIT.passed, "this shard holds no test")
      : answer(EXIT.nothingSelected, "no test was selected");
  if (counts.blocked > 0) return answer(EXIT.restoreFailed, "tests were blocked, because the bed could not serve them");
  if (counts.notRun > 0) return answer(EXIT.failed, "planned tests did not run");
  if (drafts > 0) return answer(EXIT.passed, `all tests passed but ${drafts} ${drafts === 1 ? "draft" : "drafts"}`);
  return answer(EXIT.passed, "all tests passed");
};
