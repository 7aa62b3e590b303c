import type { Clock } from "@kubera-e2e/schema/clock";

/** `blocks`: a run would fail for sure. `warns`: it may. `unknown`: it could not be found out, which is never taken for ok. */
export type CheckStatus = "ok" | "blocks" | "warns" | "unknown";

export interface CheckResult {
  readonly status: CheckStatus;
  /** What was seen, in words: "node worker-2 has 7.4 % free". */
  readonly measured: string;
  /** What it must satisfy: "at least 10 % free". */
  readonly limit?: string;
  /** What to do about it; given unless it is ok. */
  readonly remedy?: string;
  /** When what is ok now will not be any more, as ISO time. */
  readonly expiresAt?: string;
}

export interface CheckContext {
  readonly clock: Clock;
  /** Aborts when the check's own deadline passes or all checks are cancelled. */
  readonly signal: AbortSignal;
}

/** One question about the world, asked before a run and whenever something is odd. */
export interface Check {
  /** Stable, kebab case; several checks of one id differ in their subject. */
  readonly id: string;
  readonly title: string;
  /** What it looks at: a cluster, an endpoint. */
  readonly subject?: string;
  /** Default 20 s. */
  readonly deadlineMs?: number;
  /** May throw: that is `unknown`, with the error as what was measured. */
  run(context: CheckContext): Promise<CheckResult>;
}

/** A result with the check it belongs to. */
export interface CheckReport extends CheckResult {
  readonly id: string;
  readonly title: string;
  readonly subject?: string;
  readonly durationMs: number;
}
