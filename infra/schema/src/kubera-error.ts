import { ERROR_CODES, type ErrorCode } from "./error-codes.ts";

/** The five things a reader needs. `what` ends the first line `[CODE] what`, which stays within 100 characters. */
export interface ErrorParts {
  readonly what: string;
  readonly where: string;
  readonly because: string;
  readonly fix: string;
  readonly cause?: unknown;
}

const FIRST_LINE_LIMIT = 100;

const firstLine = (code: ErrorCode, what: string): string => {
  const line = `[${code}] ${what.replaceAll(/\s*\n\s*/g, " ")}`;
  return line.length <= FIRST_LINE_LIMIT ? line : `${line.slice(0, FIRST_LINE_LIMIT - 1)}…`;
};

/** The one error of the house: a stable code, and what, where, because, fix as lines of its message. */
export class KuberaError extends Error {
  readonly code: ErrorCode;
  readonly what: string;
  readonly where: string;
  readonly because: string;
  readonly fix: string;

  constructor(code: ErrorCode, parts: ErrorParts) {
    super(
      [firstLine(code, parts.what), `  where:   ${parts.where}`, `  because: ${parts.because}`, `  fix:     ${parts.fix}`].join("\n"),
      parts.cause === undefined ? undefined : { cause: parts.cause },
    );
    this.name = "KuberaError";
    this.code = code;
    this.what = parts.what;
    this.where = parts.where;
    this.because = parts.because;
    this.fix = parts.fix;
  }
}

export const isKuberaError = (error: unknown): error is KuberaError => error instanceof KuberaError;

/** The exit code an error leads to when it ends a command; 1 for errors that are not of the house. */
export const exitCodeOf = (error: unknown): number => (isKuberaError(error) ? ERROR_CODES[error.code].exit : 1);
