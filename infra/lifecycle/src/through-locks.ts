import type { Clock } from "@kubera-e2e/schema/clock";
import { isKuberaError } from "@kubera-e2e/schema/kubera-error";
import { reasonOf } from "./reason-of.ts";

/** Faults of vSphere, or of a script that names them, that end by themselves: another task on the VM, a file that the host of before has not let go. */
const LOCKS: ReadonlySet<string> = new Set(["TaskInProgress", "FileLocked"]);

const FAULTS: ReadonlySet<string> = new Set(["VSPHERE_FAULT", "SCRIPT_FAILED"]);

const faultOf = (error: unknown): string | undefined => {
  const cause = isKuberaError(error) && FAULTS.has(error.code) ? error.cause : undefined;
  return cause instanceof Error && "code" in cause ? String(cause.code) : undefined;
};

/** Whether the same call may well succeed a moment later. */
const isPassing = (error: unknown): boolean =>
  LOCKS.has(faultOf(error) ?? "") || (isKuberaError(error) && error.code === "CONNECTION_LOST");

export interface Patience {
  readonly clock: Clock;
  /** How long locks are waited for at most. */
  readonly ms: number;
  readonly pauseMs: number;
  readonly signal: AbortSignal;
  readonly onWait: (because: string) => void;
}

/**
 * Does something on a VM, and again while it is locked or its connection breaks, as long as the patience lasts; then what failed last is thrown.
 * `attempt` counts from 1: whoever is called again must be able to find its own work of before.
 */
export const throughLocks = async <T>(patience: Patience, act: (attempt: number) => Promise<T>): Promise<T> => {
  const { clock, ms, pauseMs, signal, onWait } = patience;
  const endMs = clock.monotonicMs() + ms;
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await act(attempt);
    } catch (error) {
      signal.throwIfAborted();
      if (!isPassing(error) || clock.monotonicMs() + pauseMs > endMs) throw error;
      onWait(`${reasonOf(error)}; trying again`);
      await clock.sleep(pauseMs, signal);
    }
  }
};
