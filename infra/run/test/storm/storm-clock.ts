import type { Clock } from "@kubera-e2e/schema/clock";

interface Sleeper {
  readonly dueMs: number;
  readonly wake: () => void;
}

const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** The true time of a storm. It moves to the next sleeper when everybody has done all he can, real input and output included. */
export class StormClock {
  #nowMs = 0;
  readonly #sleepers: Sleeper[] = [];
  readonly #busy = new Set<Promise<unknown>>();

  get nowMs(): number {
    return this.#nowMs;
  }

  sleep(ms: number): Promise<void> {
    return new Promise((wake) => {
      const dueMs = this.#nowMs + Math.max(ms, 0);
      const at = this.#sleepers.findLastIndex((sleeper) => sleeper.dueMs <= dueMs);
      this.#sleepers.splice(at + 1, 0, { dueMs, wake });
    });
  }

  /** The time stands still until this has ended. */
  standStill<T>(work: Promise<T>): Promise<T> {
    const done = work.finally(() => this.#busy.delete(done));
    this.#busy.add(done);
    return done;
  }

  async run(isOver: () => boolean): Promise<void> {
    while (!isOver()) {
      await settle();
      while (this.#busy.size > 0) {
        await Promise.allSettled(this.#busy);
        await settle();
      }
      const next = this.#sleepers.shift();
      if (next === undefined) throw new Error("the storm has come to a standstill");
      this.#nowMs = next.dueMs;
      next.wake();
    }
  }
}

const START_MS = Date.UTC(2026, 0, 1);

/** The clock of one process on one computer: its wall time is off, it can stand still for a while, and it can die. */
export class ProcessClock implements Clock {
  readonly #storm: StormClock;
  readonly #offMs: number;
  #awakeAtMs = 0;
  isDead = false;

  constructor(storm: StormClock, offMs: number) {
    this.#storm = storm;
    this.#offMs = offMs;
  }

  now(): number {
    return Math.round(START_MS + this.#storm.nowMs + this.#offMs);
  }

  monotonicMs(): number {
    return this.#storm.nowMs;
  }

  pauseFor(ms: number): void {
    this.#awakeAtMs = Math.max(this.#awakeAtMs, this.#storm.nowMs + ms);
  }

  async sleep(ms: number, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    const aborted = new Promise<void>((resolve) => signal?.addEventListener("abort", () => resolve(), { once: true }));
    await Promise.race([this.#storm.sleep(ms), aborted]);
    await this.wakeUp();
    signal?.throwIfAborted();
  }

  /** Resolves when the process does anything again: never, when it has died. */
  async wakeUp(): Promise<void> {
    while (!this.isDead && this.#awakeAtMs > this.#storm.nowMs) await this.#storm.sleep(this.#awakeAtMs - this.#storm.nowMs);
    if (this.isDead) await new Promise(() => {});
  }
}
