import { systemClock, type Clock } from "./clock.ts";
import { KuberaError } from "./kubera-error.ts";
import { enterWait } from "./wait-guard.ts";

/** What a probe saw: the awaited value, or why it is not there yet. `terminal`: it can never come any more. */
export type Observation<T> =
  | { readonly done: true; readonly value: T }
  | { readonly done: false; readonly because: string; readonly terminal?: boolean };

export const reached = <T>(value: T): Observation<T> => ({ done: true, value });
export const notYet = (because: string): Observation<never> => ({ done: false, because });
export const never = (because: string): Observation<never> => ({ done: false, because, terminal: true });

export interface WaitOptions<T> {
  /** What is awaited, as the error will name it: "Deployment kubera/maya-io is available". */
  readonly what: string;
  readonly probe: (signal: AbortSignal) => Promise<Observation<T>>;
  readonly deadlineMs: number;
  /** Longest pause between two probes; default 1000, and a quarter of it during the first one. With `subscribe` this is the safety poll. */
  readonly intervalMs?: number;
  /** How long the value must keep being there; default 0. */
  readonly stableMs?: number;
  readonly signal?: AbortSignal;
  readonly clock?: Clock;
  /** Calls `wake` whenever a probe may be worth while, until the returned function is called. */
  readonly subscribe?: (wake: () => void) => () => void;
  /** Called whenever the reason changes, for progress lines. */
  readonly onProgress?: (because: string, elapsedMs: number) => void;
  /** Adds what is known to the error: last events, owner. Called once, when the wait has failed. */
  readonly explain?: () => Promise<string>;
  readonly fix?: string;
}

/** Reasons that are told beside the last one. */
const HISTORY_LIMIT = 5;
/** Nobody is told of it; a reason that Node makes up takes a stack, at each look of each wait. */
const OVER = new Error("the look is over");

const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;

/** A bell that the waiter sleeps on: rung by the subscription, by the interval or by cancellation. */
class Bell {
  #ring: (() => void) | undefined;
  #pending = false;

  readonly ring = (): void => {
    this.#pending = true;
    this.#ring?.();
  };

  async rest(ms: number, clock: Clock, signal: AbortSignal): Promise<void> {
    if (this.#pending) {
      this.#pending = false;
      return;
    }
    const nap = new AbortController();
    const rung = new Promise<void>((resolve) => {
      this.#ring = resolve;
    });
    try {
      await Promise.race([rung, clock.sleep(ms, AbortSignal.any([signal, nap.signal])).catch(() => {})]);
    } finally {
      this.#ring = undefined;
      this.#pending = false;
      nap.abort(OVER);
    }
  }
}

class Wait<T> {
  readonly #options: WaitOptions<T>;
  readonly #clock: Clock;
  readonly #startMs: number;
  readonly #reasons: string[] = [];
  #reachedAtMs: number | undefined;

  constructor(options: WaitOptions<T>) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#startMs = this.#clock.monotonicMs();
  }

  async run(): Promise<T> {
    const bell = new Bell();
    const outer = this.#options.signal ?? new AbortController().signal;
    const unsubscribe = this.#options.subscribe?.(bell.ring) ?? (() => {});
    try {
      for (;;) {
        outer.throwIfAborted();
        const seen = await this.#probe(outer);
        if (seen.done && this.#isStable()) return seen.value;
        if (!seen.done && seen.terminal === true) throw await this.#failure("WAIT_TERMINAL", seen.because);
        if (this.#leftMs() <= 0) throw await this.#failure("WAIT_DEADLINE", this.#lastReason());
        await bell.rest(this.#pauseMs(), this.#clock, outer);
      }
    } finally {
      unsubscribe();
    }
  }

  /** A probe may hang with its server; the deadline ends it all the same. */
  async #probe(outer: AbortSignal): Promise<Observation<T>> {
    const guard = new AbortController();
    const askedMs = this.#clock.monotonicMs();
    const late = this.#clock.sleep(Math.max(this.#leftMs(), 0), AbortSignal.any([outer, guard.signal])).then(
      () => notYet(this.#unanswered(askedMs)),
      () => notYet("cancelled"),
    );
    try {
      const seen = await Promise.race([this.#options.probe(AbortSignal.any([outer, guard.signal])), late]);
      this.#note(seen);
      return seen;
    } finally {
      guard.abort(OVER);
    }
  }

  /** A probe that was just asked says nothing about its server; the one before told why. */
  #unanswered(askedMs: number): string {
    const isYoung = this.#clock.monotonicMs() - askedMs < this.#intervalMs();
    return isYoung && (this.#reasons.length > 0 || this.#reachedAtMs !== undefined) ? this.#lastReason() : "the last probe did not answer";
  }

  #note(seen: Observation<T>): void {
    if (seen.done) {
      this.#reachedAtMs ??= this.#clock.monotonicMs();
      return;
    }
    this.#reachedAtMs = undefined;
    if (this.#reasons.at(-1) === seen.because) return;
    this.#reasons.push(seen.because);
    if (this.#reasons.length > HISTORY_LIMIT + 1) this.#reasons.shift();
    this.#options.onProgress?.(seen.because, this.#elapsedMs());
  }

  #isStable(): boolean {
    return this.#reachedAtMs !== undefined && this.#clock.monotonicMs() - this.#reachedAtMs >= (this.#options.stableMs ?? 0);
  }

  #intervalMs(): number {
    return this.#options.intervalMs ?? 1000;
  }

  #elapsedMs(): number {
    return this.#clock.monotonicMs() - this.#startMs;
  }

  #leftMs(): number {
    return this.#options.deadlineMs - this.#elapsedMs();
  }

  #pauseMs(): number {
    const stableLeftMs =
      this.#reachedAtMs === undefined ? Infinity : (this.#options.stableMs ?? 0) - (this.#clock.monotonicMs() - this.#reachedAtMs);
    const intervalMs = this.#intervalMs();
    // Most of what is awaited comes soon or takes long.
    const soonMs = this.#elapsedMs() < intervalMs ? intervalMs / 4 : intervalMs;
    return Math.max(Math.min(soonMs, this.#leftMs(), stableLeftMs), 0);
  }

  #lastReason(): string {
    return this.#reachedAtMs === undefined ? (this.#reasons.at(-1) ?? "it was never seen") : "it was there, but not for long enough";
  }

  async #failure(code: "WAIT_DEADLINE" | "WAIT_TERMINAL", because: string): Promise<KuberaError> {
    const told = await this.#options.explain?.().catch((error: unknown) => `(no explanation: ${String(error)})`);
    const before = this.#reasons.at(-1) === because ? this.#reasons.slice(0, -1) : this.#reasons;
    const earlier = before.slice(-HISTORY_LIMIT).map((reason) => `not yet, because ${reason}`);
    const verb = code === "WAIT_TERMINAL" ? "cannot come true" : "did not come true";
    return new KuberaError(code, {
      what: `${this.#options.what} ${verb} within ${seconds(code === "WAIT_TERMINAL" ? this.#elapsedMs() : this.#options.deadlineMs)}`,
      where: this.#options.what,
      because: [because, ...(told === undefined || told === "" ? [] : [told]), ...earlier].join("\n           "),
      fix: this.#options.fix ?? "Read the reason above; raise the interval in the bed's file only when the reason is mere slowness.",
    });
  }
}

/**
 * Waits until a probe answers `reached`, and says why when it does not.
 *
 * Errors: `WAIT_DEADLINE` when the deadline passes, `WAIT_TERMINAL` at once when the probe says `never`;
 * the signal's own reason when cancelled. What the probe throws is passed on at once.
 */
export const waitUntil = async <T>(options: WaitOptions<T>): Promise<T> => {
  const leave = enterWait(options.deadlineMs, options.what);
  try {
    return await new Wait(options).run();
  } finally {
    leave();
  }
};
