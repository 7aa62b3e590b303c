import type { Clock } from "@kubera-e2e/schema/clock";

/** While its watch talks, a kind is listed this often all the same. */
const LONGEST_TALK_MS = 60_000;
/** Contents change under one revision where a definition gets other defaults, or an etcd is set back to just there. */
const LONGEST_TRUST_MS = 300_000;

export interface PollPaceOptions {
  readonly clock: Clock;
  readonly pollMs: number;
  /** Least time between two lists while all is well; default 0. */
  readonly calmPollMs?: number;
}

/** When the next safety list is due. Such lists are for servers that say nothing, and those of large clusters cost: a watch that talks puts them off. */
export class PollPace {
  readonly #options: PollPaceOptions;
  #askedMs: number;
  #listedMs: number;
  #readMs: number;
  #heardMs: number;

  constructor(options: PollPaceOptions) {
    this.#options = options;
    this.#askedMs = options.clock.monotonicMs();
    this.#listedMs = this.#askedMs;
    this.#readMs = this.#askedMs;
    this.#heardMs = this.#askedMs;
  }

  /** A list has ended, well or not. */
  asked(): void {
    this.#askedMs = this.#options.clock.monotonicMs();
  }

  /** A list was compared with what the watch has told. */
  listed(): void {
    this.#listedMs = this.#options.clock.monotonicMs();
  }

  /** Whole objects were listed. */
  read(): void {
    this.#readMs = this.#options.clock.monotonicMs();
  }

  /** Whether names and revisions have been trusted for as long as they may be. */
  isReadingDue(): boolean {
    return this.#options.clock.monotonicMs() - this.#readMs >= LONGEST_TRUST_MS;
  }

  /** Whether the watch has told something so lately that no list is due for it within this time. */
  isTalkingFor(ms: number): boolean {
    return this.#options.clock.monotonicMs() + ms - this.#heardMs <= this.#options.pollMs;
  }

  /** The watch has told something. */
  heard(): void {
    this.#heardMs = this.#options.clock.monotonicMs();
  }

  /** Milliseconds until the next list; 0 or less: now. */
  leftMs(isWell: boolean): number {
    const { clock, pollMs, calmPollMs = 0 } = this.#options;
    const plainMs = this.#askedMs + pollMs;
    if (!isWell) return plainMs - clock.monotonicMs();
    const quietMs = Math.min(this.#heardMs + pollMs, this.#listedMs + LONGEST_TALK_MS);
    return Math.max(plainMs, quietMs, this.#listedMs + calmPollMs) - clock.monotonicMs();
  }
}
