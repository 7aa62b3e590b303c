import { setMaxListeners } from "node:events";
import { systemClock, type Clock } from "@kubera-e2e/schema/clock";
import { isKuberaError, KuberaError } from "@kubera-e2e/schema/kubera-error";
import { nearest } from "@kubera-e2e/schema/nearest";
import type { Check, CheckReport, CheckResult } from "./check.ts";

export interface RunChecksOptions {
  /** Ids of the checks to run; all by default. */
  readonly only?: readonly string[];
  readonly skip?: readonly string[];
  readonly clock?: Clock;
  readonly signal?: AbortSignal;
  /** Called as each one ends, for progress lines. */
  readonly onReport?: (report: CheckReport) => void;
}

const DEFAULT_DEADLINE_MS = 20_000;

const refuseUnknown = (checks: readonly Check[], wanted: readonly string[]): void => {
  const known = [...new Set(checks.map(({ id }) => id))];
  const unknown = wanted.filter((id) => !known.includes(id));
  if (unknown.length === 0) return;
  throw new KuberaError("USAGE", {
    what: `no check is called ${unknown.join(", ")}`,
    where: "--only or --skip",
    because: `checks here: ${known.join(", ")}`,
    fix: unknown.map((id) => `${id}: did you mean ${nearest(id, known) ?? "one of those above"}?`).join(" "),
  });
};

/** To have checked nothing looks like having found nothing. */
const refuseNone = (checks: readonly Check[], chosen: readonly Check[]): void => {
  if (chosen.length > 0 || checks.length === 0) return;
  throw new KuberaError("USAGE", {
    what: "no check is left to run",
    where: "--only and --skip",
    because: "a bed that nothing was asked of would look healthy",
    fix: `Name at least one: ${[...new Set(checks.map(({ id }) => id))].join(", ")}.`,
  });
};

const failed = (error: unknown): CheckResult => ({
  status: "unknown",
  measured: isKuberaError(error) ? `${error.what}: ${error.because}` : String(error),
  remedy: isKuberaError(error) ? error.fix : "Run this check alone and look at the error; it is a defect of the check.",
});

const late = (deadlineMs: number): CheckResult => ({
  status: "unknown",
  measured: `no answer within ${deadlineMs / 1000} s`,
  limit: `an answer within ${deadlineMs / 1000} s`,
  remedy: "Look whether what it asks is overloaded or cut off.",
});

const resultOf = async (check: Check, clock: Clock, outer: AbortSignal): Promise<CheckResult> => {
  const deadlineMs = check.deadlineMs ?? DEFAULT_DEADLINE_MS;
  const over = new AbortController();
  const signal = AbortSignal.any([outer, over.signal]);
  // A check may ask every node of a cluster at the same time.
  setMaxListeners(0, signal);
  const ran = check.run({ clock, signal }).catch(failed);
  const timer = clock.sleep(deadlineMs, signal).then(
    () => late(deadlineMs),
    (reason: unknown) => failed(reason),
  );
  try {
    return await Promise.race([ran, timer]);
  } finally {
    over.abort();
  }
};

/**
 * Runs checks all at once, each with its own deadline; reports in the order of the checks. One that throws is `unknown`.
 *
 * Error: `USAGE` for an id in `only` or `skip` that no check has, and when they leave none; the signal's reason when cancelled.
 */
export const runChecks = async (checks: readonly Check[], options: RunChecksOptions = {}): Promise<CheckReport[]> => {
  const { only, skip = [], clock = systemClock, signal = new AbortController().signal, onReport } = options;
  refuseUnknown(checks, [...(only ?? []), ...skip]);
  const chosen = checks.filter(({ id }) => (only === undefined || only.includes(id)) && !skip.includes(id));
  refuseNone(checks, chosen);
  const reports = await Promise.all(
    chosen.map(async (check) => {
      const startMs = clock.monotonicMs();
      const result = await resultOf(check, clock, signal);
      const { id, title, subject } = check;
      const report = {
        id,
        title,
        ...(subject !== undefined && { subject }),
        ...result,
        durationMs: Math.round(clock.monotonicMs() - startMs),
      };
      if (!signal.aborted) onReport?.(report);
      return report;
    }),
  );
  signal.throwIfAborted();
  return reports;
};
