import type { Clock } from "@kubera-e2e/schema/clock";
import { KnownObjects } from "./known-objects.ts";
import type { KindListener } from "./kube-client.ts";
import type { Change } from "./object-store.ts";
import type { Listing } from "./reflector.ts";
import { refusedStatus } from "./refusal.ts";
import { isOlder } from "./revision.ts";
import type { WatchEvent } from "./watch-stream.ts";

export interface ChangeFeedOptions {
  readonly list: (signal: AbortSignal) => Promise<Listing>;
  /** Opens a watch from a revision; its events until the server ends it. */
  readonly open: (revision: string, signal: AbortSignal) => Promise<AsyncIterable<WatchEvent>>;
  readonly listener: KindListener;
  readonly clock: Clock;
  /** Between two lists beside a watch; a silent server is noticed after at most this long. */
  readonly checkMs: number;
  /** How long what a list has shown may still be under way on the watch. */
  readonly settleMs: number;
}

const FIRST_PAUSE_MS = 100;
/** Short, for what a restored cluster tells first is wanted most, and a server that is off costs nothing but a refused connection. */
const LONGEST_PAUSE_MS = 500;
const GONE = 410;

/**
 * Tells one kind's whole history: a watch that breaks is opened again where it stood, so that what came and went meanwhile is told too.
 * Lists beside it show a silent server, and an etcd that was set back.
 */
export class ChangeFeed {
  readonly #options: ChangeFeedOptions;
  readonly #known = new KnownObjects();
  #revision: string | undefined;
  /** The last moment up to which everything was told. */
  #currentMs: number;
  #isDoubtful = false;
  /** Set when a list showed what the watch had not told: once, the watch is asked again; then the list is believed. */
  #isSuspected = false;
  #trouble: Error | undefined;
  #hasSpoken = false;
  #pauseMs = FIRST_PAUSE_MS;

  constructor(options: ChangeFeedOptions) {
    this.#options = options;
    this.#currentMs = options.clock.now();
  }

  /** Ends with the signal. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        const listing = this.#revision === undefined || this.#isDoubtful ? await this.#list(signal) : undefined;
        if (listing !== undefined && this.#isNewStart(listing)) this.#startFrom(listing);
        await this.#follow(listing, signal);
      } catch (error) {
        this.#failed(error, signal);
      }
      // Rejects only when the signal ends everything.
      await this.#options.clock.sleep(this.#pauseMs, signal).catch(() => {});
      this.#pauseMs = Math.min(this.#pauseMs * 2, LONGEST_PAUSE_MS);
    }
  }

  /** A restored etcd begins again at an old revision. */
  #isNewStart({ revision }: Listing): boolean {
    return this.#revision === undefined || isOlder(revision, this.#revision);
  }

  #startFrom(listing: Listing): void {
    this.#tell(this.#known.replace(listing));
    this.#revision = listing.revision;
    this.#isSuspected = false;
    this.#isCurrent();
  }

  /** The events of one watch, and lists beside it; ends when either of them does. */
  async #follow(listing: Listing | undefined, signal: AbortSignal): Promise<void> {
    const ended = new AbortController();
    const until = AbortSignal.any([signal, ended.signal]);
    const events = await this.#options.open(this.#revision ?? "", until);
    if (listing !== undefined) this.#say(undefined);
    const parts = [this.#readEvents(events), this.#checkBeside(listing, until)];
    try {
      await Promise.race(parts);
    } finally {
      ended.abort();
      await Promise.allSettled(parts);
    }
  }

  async #readEvents(events: AsyncIterable<WatchEvent>): Promise<void> {
    for await (const event of events) {
      if (event.type === "BOOKMARK") {
        if (!isOlder(event.revision, this.#revision ?? "")) this.#revision = event.revision;
        continue;
      }
      this.#revision = event.object.metadata.resourceVersion ?? this.#revision;
      this.#tell(this.#known.apply(event));
    }
  }

  /** Ends when a list shows what the watch has not told. */
  async #checkBeside(first: Listing | undefined, signal: AbortSignal): Promise<void> {
    const { clock, checkMs, settleMs } = this.#options;
    for (let listing = first; ;) {
      if (listing !== undefined) await clock.sleep(settleMs, signal);
      if (listing !== undefined && !this.#holds(listing)) return;
      await clock.sleep(checkMs, signal);
      const before = this.#revision ?? "";
      listing = await this.#list(signal);
      // What is still under way on this watch is of another time than the list, so another one is made once the watch has ended.
      this.#isDoubtful = isOlder(listing.revision, before);
      if (this.#isDoubtful) return;
    }
  }

  /** Whether the watch has told what a list shows; if not, the watch is asked again, and after that the list is believed. */
  #holds(listing: Listing): boolean {
    const missed = this.#known.missedIn(listing);
    if (missed.length > 0 && !this.#isSuspected) {
      this.#isSuspected = true;
      this.#isDoubtful = true;
      return false;
    }
    this.#isSuspected = false;
    if (missed.length > 0) this.#believe(missed, listing.revision);
    this.#isCurrent();
    return missed.length === 0;
  }

  /** The next watch begins behind the list, for what came before it would be told out of its order. */
  #believe(missed: readonly Change[], revision: string): void {
    // Deletions first, so that another object of the same name stays.
    for (const change of missed) this.#known.apply(change);
    this.#tell(missed);
    this.#options.listener.onLoss(this.#currentMs);
    if (this.#revision === undefined || isOlder(this.#revision, revision)) this.#revision = revision;
  }

  async #list(signal: AbortSignal): Promise<Listing> {
    this.#known.beginList();
    return this.#options.list(signal);
  }

  #tell(changes: readonly Change[]): void {
    for (const { type, object } of changes) this.#options.listener.onChange(type, object);
  }

  #isCurrent(): void {
    this.#currentMs = this.#options.clock.now();
    this.#pauseMs = FIRST_PAUSE_MS;
    this.#isDoubtful = false;
    this.#say(undefined);
  }

  #failed(error: unknown, signal: AbortSignal): void {
    if (signal.aborted) return;
    this.#isDoubtful = true;
    if (refusedStatus(error) !== GONE) return this.#say(error instanceof Error ? error : new Error(String(error)));
    if (this.#revision !== undefined) this.#options.listener.onLoss(this.#currentMs);
    this.#revision = undefined;
  }

  #say(trouble: Error | undefined): void {
    if (trouble === this.#trouble && this.#hasSpoken) return;
    this.#hasSpoken = true;
    this.#trouble = trouble;
    this.#options.listener.onTrouble(trouble);
  }
}
