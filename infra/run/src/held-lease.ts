import { hostname, userInfo } from "node:os";
import { systemClock, type Clock } from "@kubera-e2e/schema/clock";
import { isKuberaError } from "@kubera-e2e/schema/kubera-error";
import type { LeasePort, LeaseRecord } from "@kubera-e2e/schema/lease";

/** Three missed heartbeats and the holder counts as dead. */
const TTL_MS = 90_000;
const HEARTBEAT_MS = 30_000;

const userName = (): string => {
  try {
    return userInfo().username;
  } catch {
    // A container's user may have no name.
    return `uid ${process.getuid?.() ?? "?"}`;
  }
};

/** user@host and process. */
const holderName = (): string => `${userName()}@${hostname()} process ${process.pid}`;

export interface HoldOptions {
  readonly leases: LeasePort;
  readonly bed: string;
  readonly reason: string;
  readonly clock?: Clock;
  /** Called once when the lease is lost to somebody else. */
  readonly onLost?: (error: unknown) => void;
}

/** A lease that renews itself until it is released. */
export class HeldLease {
  readonly #leases: LeasePort;
  readonly #beat = new AbortController();
  #record: LeaseRecord;
  #beating: Promise<void> = Promise.resolve();
  #isLost = false;

  private constructor(leases: LeasePort, record: LeaseRecord) {
    this.#leases = leases;
    this.#record = record;
  }

  /** Error: `LEASE_HELD`. */
  static async hold(options: HoldOptions): Promise<HeldLease> {
    const { leases, bed, reason } = options;
    const held = new HeldLease(leases, await leases.acquire({ bed, holder: holderName(), ttlMs: TTL_MS, reason }));
    held.#beating = held.#renewForEver(options);
    return held;
  }

  get record(): LeaseRecord {
    return this.#record;
  }

  /** Gives the bed back; a lease that was lost meanwhile is nobody's to give. */
  async release(state: "free" | "dirty" | "broken", reason?: string): Promise<void> {
    this.#beat.abort(new Error("released"));
    await this.#beating;
    if (!this.#isLost) await this.#leases.release(this.#record, state, reason);
  }

  async #renewForEver(options: HoldOptions): Promise<void> {
    const { clock = systemClock, onLost } = options;
    const { signal } = this.#beat;
    while (!signal.aborted && !this.#isLost) {
      // Rejects only when released.
      await clock.sleep(HEARTBEAT_MS, signal).catch(() => {});
      if (!signal.aborted) await this.#renew(clock, onLost);
    }
  }

  /** A store that stutters is asked again at the next beat, as long as the lease lasts. */
  async #renew(clock: Clock, onLost: HoldOptions["onLost"]): Promise<void> {
    try {
      this.#record = await this.#leases.renew(this.#record, TTL_MS);
    } catch (error) {
      const isTaken = isKuberaError(error) && error.code === "LEASE_HELD";
      if (!isTaken && clock.now() < Date.parse(this.#record.until)) return;
      this.#isLost = true;
      onLost?.(error);
    }
  }
}
