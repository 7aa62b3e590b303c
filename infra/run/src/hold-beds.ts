import { systemClock, type Clock } from "@kubera-e2e/schema/clock";
import { isKuberaError, KuberaError } from "@kubera-e2e/schema/kubera-error";
import { isTaken } from "@kubera-e2e/schema/lease";
import { HeldLease, type HoldOptions } from "./held-lease.ts";
import { firstLine } from "@kubera-e2e/schema/first-line";
import { leaseWords } from "./lease-words.ts";

export interface WaitOptions {
  /** How long a bed that somebody has is waited for; default not at all. */
  readonly waitMs?: number | undefined;
  /** Told at once who has it, since when, until when and why, and again whenever that changes. */
  readonly onWait?: ((text: string) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly clock?: Clock | undefined;
}

/** Whose lease is looked at to say who has it. */
type WantedBed = Pick<HoldOptions, "leases" | "bed">;

const LONGEST_PAUSE_MS = 5000;
const SHORTEST_PAUSE_MS = 100;
const LOOKS_PER_WAIT = 20;

/** All beds or none. */
const tryAll = async (beds: readonly HoldOptions[]): Promise<HeldLease[]> => {
  const held: HeldLease[] = [];
  try {
    for (const options of beds) {
      const before = await options.leases.read(options.bed);
      held.push(await HeldLease.hold({ ...options, before }));
    }
    return held;
  } catch (error) {
    // What cannot be given back ends by itself.
    for (const one of held.toReversed()) await one.giveBack().catch(() => {});
    throw error;
  }
};

const isHeld = (error: unknown): error is KuberaError => isKuberaError(error) && error.code === "LEASE_HELD";

const afterWait = (error: KuberaError, waitMs: number): KuberaError =>
  new KuberaError("LEASE_HELD", {
    what: error.what,
    where: error.where,
    because: `${error.because}; waited ${Math.round(waitMs / 1000)} s for it`,
    fix: error.fix,
    cause: error,
  });

/** One wait for some beds. */
class BedWait<T> {
  readonly #beds: readonly WantedBed[];
  readonly #attempt: () => Promise<T>;
  readonly #options: WaitOptions;
  readonly #clock: Clock;
  readonly #waitMs: number;
  readonly #startMs: number;
  #told: string | undefined;

  constructor(beds: readonly WantedBed[], attempt: () => Promise<T>, options: WaitOptions) {
    this.#beds = beds;
    this.#attempt = attempt;
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#waitMs = options.waitMs ?? 0;
    this.#startMs = this.#clock.monotonicMs();
  }

  async run(): Promise<T> {
    for (;;) {
      this.#options.signal?.throwIfAborted();
      try {
        return await this.#attempt();
      } catch (error) {
        await this.#mayGoOn(error);
      }
      await this.#clock.sleep(this.#pauseMs(), this.#options.signal);
    }
  }

  get #leftMs(): number {
    return this.#startMs + this.#waitMs - this.#clock.monotonicMs();
  }

  /** Throws when it makes no sense to wait, or has made none. A store that stutters ends no wait that has begun. */
  async #mayGoOn(error: unknown): Promise<void> {
    if (!isHeld(error) && this.#told === undefined) throw error;
    if (this.#leftMs <= 0) throw isHeld(error) && this.#waitMs > 0 ? afterWait(error, this.#waitMs) : error;
    if (isHeld(error)) await this.#tellWho();
    else this.#tell(firstLine(error), firstLine(error));
  }

  async #tellWho(): Promise<void> {
    const records = await Promise.all(this.#beds.map(({ leases, bed }) => leases.read(bed).catch(() => undefined)));
    const taken = records.filter((record) => record !== undefined && isTaken(record, this.#clock.now()));
    const key = taken.map((record) => `${record?.bed} ${record?.token} ${record?.state} ${record?.reason}`).join("; ");
    const words = taken.map((record) => `the bed ${record?.bed} is ${leaseWords(record, this.#clock.now())}`).join("; ");
    if (taken.length > 0) this.#tell(key, words);
  }

  #tell(key: string, words: string): void {
    if (this.#told === key) return;
    this.#told = key;
    this.#options.onWait?.(`${words} (waiting for ${Math.round(this.#leftMs / 1000)} s at most)`);
  }

  /** Of different length for everybody, so that of many who wait each has its chance, and two who stand in each other's way part. */
  #pauseMs(): number {
    const longestMs = Math.min(LONGEST_PAUSE_MS, Math.max(this.#waitMs / LOOKS_PER_WAIT, SHORTEST_PAUSE_MS));
    return Math.max(Math.min(longestMs * (0.5 + Math.random() / 2), this.#leftMs), 1);
  }
}

/** Attempts to take beds until it succeeds or the wait is over; errors: `LEASE_HELD`, those of the store, the signal's reason. */
export const takeBeds = <T>(beds: readonly WantedBed[], attempt: () => Promise<T>, wait: WaitOptions): Promise<T> =>
  new BedWait(beds, attempt, wait).run();

/**
 * Holds beds, all or none: in the order of their names, which is the same for everybody, and giving all back before a pause when one is
 * taken, so that two who want overlapping beds never wait for each other. The answer is in the order of the beds given.
 *
 * Errors: `LEASE_HELD` naming holder, since, until and reason, after the wait; those of the store; the signal's reason.
 */
export const holdBeds = async (beds: readonly HoldOptions[], wait: WaitOptions = {}): Promise<HeldLease[]> => {
  const sorted = beds.toSorted((a, b) => (a.bed < b.bed ? -1 : 1));
  const held = await takeBeds(sorted, () => tryAll(sorted), wait);
  return beds.flatMap(({ bed }) => held.find(({ record }) => record.bed === bed) ?? []);
};
