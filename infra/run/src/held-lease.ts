import { randomUUID } from "node:crypto";
import { hostname, userInfo } from "node:os";
import { systemClock, type Clock } from "@kubera-e2e/schema/clock";
import { isKuberaError } from "@kubera-e2e/schema/kubera-error";
import type { LeaseChange, LeasePort, LeaseRecord, LeaseTiming, LeftBed } from "@kubera-e2e/schema/lease";
import { notRenewed } from "./lease-errors.ts";

const DEFAULT_TIMING: LeaseTiming = { ttlMs: 90_000, skewMs: 2000, callMs: 10_000 };
/** Three missed heartbeats and the holder counts as dead. */
const BEATS = 3;
/** A renewal that failed is tried again this often within one heartbeat. */
const RETRIES = 6;
/** How often the end of the lease is looked at: timers stand still while a computer sleeps. */
const LOOK_MS = 1000;

const userName = (): string => {
  try {
    return userInfo().username;
  } catch {
    // A container's user may have no name.
    return `uid ${process.getuid?.() ?? "?"}`;
  }
};

/** user@host and process. */
export const holderName = (): string => `${userName()}@${hostname()} process ${process.pid}`;

export interface HoldOptions {
  readonly leases: LeasePort;
  readonly bed: string;
  readonly reason: string;
  readonly timing?: LeaseTiming;
  readonly clock?: Clock;
  /** Default: user@host and process. */
  readonly holder?: string;
  /** What the lease said before; what `giveBack` goes by. */
  readonly before?: LeaseRecord | undefined;
  /** Called with the new end when the lease was taken and whenever it was renewed. */
  readonly onHeld?: (end: HeldUntil) => void;
  /** Called once when the lease is lost to somebody else, or may be soon. */
  readonly onLost?: (error: unknown) => void;
}

/** Until when a holder may go on: milliseconds from now, and the time of day. */
export interface HeldUntil {
  readonly leftMs: number;
  readonly wallMs: number;
}

/** The moment at which a holder stops, by both clocks. */
interface End {
  readonly monotonicMs: number;
  readonly wallMs: number;
}

/**
 * A lease that renews itself until it is released, and stops its holder before anybody else can have the bed:
 * ttl, less the skew of clocks and the time that a call may take, after the last successful renewal was begun.
 */
export class HeldLease {
  readonly #leases: LeasePort;
  readonly #timing: LeaseTiming;
  readonly #clock: Clock;
  readonly #onLost: HoldOptions["onLost"];
  readonly #onHeld: HoldOptions["onHeld"];
  readonly #before: LeaseRecord | undefined;
  readonly #beat = new AbortController();
  readonly #lost = new AbortController();
  #record: LeaseRecord;
  #mixed: string | undefined;
  #end: End;
  #trouble: unknown;
  #telling: Promise<void> = Promise.resolve();
  #beating: Promise<unknown> = Promise.resolve();

  private constructor(options: HoldOptions, first: { readonly record: LeaseRecord; readonly end: End }) {
    this.#leases = options.leases;
    this.#timing = options.timing ?? DEFAULT_TIMING;
    this.#clock = options.clock ?? systemClock;
    this.#onLost = options.onLost;
    this.#onHeld = options.onHeld;
    this.#before = options.before;
    this.#record = first.record;
    this.#mixed = first.record.mixed;
    this.#end = first.end;
    this.#tellEnd();
  }

  /** Error: `LEASE_HELD`. */
  static async hold(options: HoldOptions): Promise<HeldLease> {
    const { leases, bed, reason, timing = DEFAULT_TIMING, clock = systemClock, holder = holderName() } = options;
    const end = endOf(clock, timing);
    const record = await leases.acquire({ bed, holder, ttlMs: timing.ttlMs, reason, nonce: randomUUID() });
    const held = new HeldLease(options, { record, end });
    held.#beating = Promise.all([held.#renewForEver(), held.#lookForEver()]);
    return held;
  }

  get record(): LeaseRecord {
    return this.#record;
  }

  /** Why the bed's VMs may stand at different times, by whoever has left them so. */
  get mixed(): string | undefined {
    return this.#mixed;
  }

  /** Aborts, with `LEASE_HELD` or `LEASE_LOST`, when nothing more may be done to the bed. */
  get signal(): AbortSignal {
    return this.#lost.signal;
  }

  /** Must be called right before every write to the bed. Errors: `LEASE_HELD`, `LEASE_LOST`. */
  throwIfOver(): void {
    this.#look();
    this.signal.throwIfAborted();
  }

  /** Says what the holder does with the bed now. */
  async change(change: LeaseChange): Promise<void> {
    this.throwIfOver();
    await this.#extend(change);
  }

  /**
   * Says why the VMs may stand at different times from now on, and asks a store that stutters again; rejects when it could not be stored, for a
   * holder that dies could not say it any more. That they no longer do may be lost: the release says so again.
   */
  tellMixed(mixed: string | undefined, signal?: AbortSignal): Promise<void> {
    // One after the other: nobody may go on with a word that is still on its way.
    const telling = this.#telling.catch(() => {}).then(() => this.#tellMixed(mixed, signal));
    this.#telling = telling;
    return telling;
  }

  async #tellMixed(mixed: string | undefined, signal: AbortSignal | undefined): Promise<void> {
    const before = this.#mixed;
    if (mixed === before) return;
    this.throwIfOver();
    this.#mixed = mixed;
    // Only that it is so at all must be stored before anything is done; the rest is said again by the release.
    if (mixed === undefined || before !== undefined) return this.#extend({ mixed }).catch(() => {});
    try {
      await this.#insist({ mixed }, signal);
    } catch (error) {
      this.#mixed = before;
      throw error;
    }
  }

  async #insist(change: LeaseChange, signal: AbortSignal | undefined): Promise<void> {
    const pauseMs = this.#timing.ttlMs / BEATS / RETRIES;
    for (;;) {
      signal?.throwIfAborted();
      try {
        await this.#extend(change);
        break;
      } catch (error) {
        if (!(await this.#rest(pauseMs, signal))) throw this.#lost.signal.aborted ? this.#lost.signal.reason : error;
      }
    }
    // A store may have taken its time.
    signal?.throwIfAborted();
  }

  /** Gives the bed back; a lease that was lost meanwhile is nobody's to give. */
  async release(left: LeftBed): Promise<void> {
    this.#beat.abort(new Error("released"));
    await this.#beating;
    const mixed = this.#mixed;
    const isWorse = mixed !== undefined && (left.state === "free" || left.state === "dirty");
    const told: LeftBed = isWorse ? { state: "broken", reason: left.reason ?? mixed } : left;
    if (!this.signal.aborted) await this.#leases.release(this.#record, { ...told, mixed });
  }

  /** Gives back a bed that was not touched: what was dirty or broken before still is. Throws as the store does. */
  async giveBack(otherwise: LeftBed = { state: "free" }): Promise<void> {
    const before = this.#before;
    await this.release(
      before?.state === "dirty" || before?.state === "broken" ? { state: before.state, reason: before.reason } : otherwise,
    );
  }

  async #renewForEver(): Promise<void> {
    const beatMs = this.#timing.ttlMs / BEATS;
    for (let pauseMs = beatMs; await this.#rest(pauseMs);) pauseMs = (await this.#renew()) ? beatMs : beatMs / RETRIES;
  }

  async #lookForEver(): Promise<void> {
    while (await this.#rest(LOOK_MS)) this.#look();
  }

  /** Whether the lease still stands after a while. */
  async #rest(ms: number, signal: AbortSignal = this.#lost.signal): Promise<boolean> {
    // Rejects only when released, lost or given up.
    await this.#clock.sleep(ms, AbortSignal.any([this.#beat.signal, this.#lost.signal, signal])).catch(() => {});
    return !this.#beat.signal.aborted && !this.#lost.signal.aborted;
  }

  /** A store that stutters is asked again, as long as the lease lasts. */
  async #renew(): Promise<boolean> {
    try {
      await this.#extend();
      this.#trouble = undefined;
      return true;
    } catch (error) {
      this.#trouble = error;
      return false;
    }
  }

  async #extend(change?: LeaseChange): Promise<void> {
    const end = endOf(this.#clock, this.#timing);
    this.#record = await this.#leases.renew(this.#record, this.#timing.ttlMs, change).catch((error: unknown) => {
      if (isKuberaError(error) && error.code === "LEASE_HELD") this.#lose(error);
      throw error;
    });
    // Two renewals may end in another order than they began.
    if (end.monotonicMs > this.#end.monotonicMs) this.#end = end;
    this.#tellEnd();
  }

  #tellEnd(): void {
    this.#onHeld?.({ leftMs: this.#end.monotonicMs - this.#clock.monotonicMs(), wallMs: this.#end.wallMs });
  }

  /** A computer that slept has lost time on the wall clock alone. */
  #look(): void {
    const isOver = this.#clock.monotonicMs() >= this.#end.monotonicMs || this.#clock.now() >= this.#end.wallMs;
    if (isOver) this.#lose(notRenewed(this.#record, this.#trouble));
  }

  #lose(error: unknown): void {
    if (this.signal.aborted || this.#beat.signal.aborted) return;
    this.#lost.abort(error);
    this.#onLost?.(error);
  }
}

const endOf = (clock: Clock, { ttlMs, skewMs, callMs }: LeaseTiming): End => {
  const leftMs = ttlMs - skewMs - callMs;
  return { monotonicMs: clock.monotonicMs() + leftMs, wallMs: clock.now() + leftMs };
};
