import { isDeepStrictEqual } from "node:util";
import { systemClock, type Clock } from "@kubera-e2e/schema/clock";
import { isTaken, type LeaseChange, type LeasePort, type LeaseRecord, type LeaseRequest, type LeftBed } from "@kubera-e2e/schema/lease";
import { crowded, held, takenAway } from "./lease-errors.ts";
import type { LeaseRegister, Registered } from "./lease-register.ts";

/** Others may write beside us all the time: a lock VM holds the leases of many beds. */
const ATTEMPTS = 20;
/** Lost once or twice, what is there now decides; lost again and again, it helps to let others pass. */
const EAGER_ATTEMPTS = 3;
const LONGEST_PAUSE_MS = 250;

const iso = (ms: number): string => new Date(ms).toISOString();

const changed = (newest: LeaseRecord, change: LeaseChange | undefined): LeaseRecord => {
  if (change === undefined) return newest;
  const { reason, mixed, ...rest } = newest;
  if ("state" in change) return { ...rest, ...(mixed !== undefined && { mixed }), ...change };
  return { ...rest, ...(reason !== undefined && { reason }), ...(change.mixed !== undefined && { mixed: change.mixed }) };
};

/** The rules of leases, over any register with compare-and-set. */
export class RegisterLeases implements LeasePort {
  readonly #register: LeaseRegister;
  readonly #clock: Clock;

  constructor(register: LeaseRegister, clock: Clock = systemClock) {
    this.#register = register;
    this.#clock = clock;
  }

  acquire(request: LeaseRequest): Promise<LeaseRecord> {
    return this.#replace(request.bed, held, (before) => {
      if (before !== undefined && isTaken(before, this.#clock.now())) throw held(before);
      return this.#taken(request, before);
    });
  }

  renew(lease: LeaseRecord, ttlMs: number, change?: LeaseChange): Promise<LeaseRecord> {
    return this.#replaceOwn(lease, (newest) => {
      const until = iso(this.#clock.now() + ttlMs);
      return { ...changed(newest, change), until };
    });
  }

  async release(lease: LeaseRecord, { state, reason, mixed }: LeftBed): Promise<void> {
    await this.#replaceOwn(lease, ({ reason: _reason, mixed: _mixed, ...rest }) => ({
      ...rest,
      state,
      until: iso(this.#clock.now()),
      ...(reason !== undefined && { reason }),
      ...(mixed !== undefined && { mixed }),
    }));
  }

  async read(bed: string): Promise<LeaseRecord | undefined> {
    return (await this.#register.read(bed)).record;
  }

  #taken(request: LeaseRequest, before: LeaseRecord | undefined): LeaseRecord {
    const { bed, holder, ttlMs, reason, nonce, state = "busy" } = request;
    const now = this.#clock.now();
    const mixed = before?.mixed;
    return {
      schema: "kubera-e2e/lease@1",
      bed,
      state,
      holder,
      token: (before?.token ?? 0) + 1,
      since: iso(now),
      until: iso(now + ttlMs),
      ...(reason !== undefined && { reason }),
      ...(mixed !== undefined && { mixed }),
      ...(nonce !== undefined && { nonce }),
    };
  }

  /** Replaces a lease by what its holder makes of it; error: `LEASE_HELD` when it is no longer the newest, or was given back. */
  #replaceOwn(lease: LeaseRecord, next: (newest: LeaseRecord) => LeaseRecord): Promise<LeaseRecord> {
    return this.#replace(lease.bed, crowded, (newest) => {
      const isOurs = newest?.token === lease.token && newest.nonce === lease.nonce;
      if (!isOurs || !["busy", "cleaning", "held", "frozen"].includes(newest.state)) throw takenAway(lease, newest);
      return next(newest);
    });
  }

  async #replace(
    bed: string,
    tooMany: (record: LeaseRecord) => Error,
    next: (before: LeaseRecord | undefined) => LeaseRecord,
  ): Promise<LeaseRecord> {
    for (let attempt = 1; ; attempt += 1) {
      const before = await this.#register.read(bed);
      const record = next(before.record);
      if (await this.#write(record, before)) return record;
      // Whoever was faster has left something else there, and `next` must look at it before anything else is done.
      if (attempt >= ATTEMPTS) throw tooMany(before.record ?? record);
      if (attempt >= EAGER_ATTEMPTS) await this.#clock.sleep(Math.random() * LONGEST_PAUSE_MS);
    }
  }

  /** An answer that was lost may hide a record that was written. */
  async #write(record: LeaseRecord, { version }: Registered): Promise<boolean> {
    try {
      return await this.#register.write(record, version);
    } catch (error) {
      const now = await this.#register.read(record.bed).catch(() => undefined);
      if (now !== undefined && isDeepStrictEqual(now.record, record)) return true;
      throw error;
    }
  }
}
