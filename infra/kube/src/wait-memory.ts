import type { Clock } from "@kubera-e2e/schema/clock";
import type { Began } from "./view.ts";

interface Kept {
  readonly first: unknown;
  readonly sinceMs: number;
}

/** Knows since when each of the things that a probe asks for at every look is there; one look without it, and it begins anew. */
export class WaitMemory {
  readonly #clock: Pick<Clock, "monotonicMs">;
  #before = new Map<string, Kept>();
  #now = new Map<string, Kept>();
  readonly #least = new Map<string, number>();

  constructor(clock: Pick<Clock, "monotonicMs">) {
    this.#clock = clock;
  }

  beginLook(): void {
    this.#before = this.#now;
    this.#now = new Map();
  }

  /** Nobody could look, so nobody knows what went on. */
  forget(): void {
    this.#now = new Map();
  }

  began<T>(what: string, now: T): Began<T> {
    const nowMs = this.#clock.monotonicMs();
    const kept = this.#now.get(what) ?? this.#before.get(what) ?? { first: now, sinceMs: nowMs };
    this.#now.set(what, kept);
    return { first: kept.first as T, forMs: nowMs - kept.sinceMs };
  }

  leastSeen(what: string, count: number): number {
    const least = Math.min(this.#least.get(what) ?? count, count);
    this.#least.set(what, least);
    return least;
  }
}
