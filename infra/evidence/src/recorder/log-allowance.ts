import type { Clock } from "@kubera-e2e/schema/clock";

/** Bytes that a container may write at once, and anew within `REFILL_MS`. */
const ALLOWANCE = 128 * 1024;
const REFILL_MS = 600_000;
/** Kept back for what tells of trouble: chatter must not drown it. */
const RESERVE = ALLOWANCE / 4;

/** How much of one container's log is kept: 0.75 MB an hour at most, and 128 KiB of a burst. */
export class LogAllowance {
  readonly #clock: Pick<Clock, "monotonicMs">;
  #left = ALLOWANCE;
  #atMs: number;

  constructor(clock: Pick<Clock, "monotonicMs">) {
    this.#clock = clock;
    this.#atMs = clock.monotonicMs();
  }

  /** Whether a line of this size may be kept. */
  takes(bytes: number, isTelling: boolean): boolean {
    const nowMs = this.#clock.monotonicMs();
    this.#left = Math.min(ALLOWANCE, this.#left + ((nowMs - this.#atMs) / REFILL_MS) * ALLOWANCE);
    this.#atMs = nowMs;
    if (this.#left - bytes < (isTelling ? 0 : RESERVE)) return false;
    this.#left -= bytes;
    return true;
  }
}
