import type { Clock } from "@kubera-e2e/schema/clock";
import { KuberaError } from "@kubera-e2e/schema/kubera-error";
import { askedAgain } from "./asked-again.ts";
import type { KubeObject } from "./kube-client.ts";
import { headOf, type Change } from "./object-line.ts";
import { ObjectStore } from "./object-store.ts";
import { PollPace } from "./poll-pace.ts";
import { refusedStatus } from "./refusal.ts";
import type { WatchEvent } from "./watch-stream.ts";

export interface Listing {
  readonly items: readonly KubeObject[];
  readonly revision: string;
}

export interface ReflectorOptions {
  readonly list: (signal: AbortSignal) => Promise<Listing>;
  /** Opens a watch from a revision; its events until the server ends it. */
  readonly open: (revision: string, signal: AbortSignal) => Promise<AsyncIterable<WatchEvent>>;
  /** The revision at which the server is now, for little; with it a large kind need not be listed to know that its watch is current. */
  readonly glance?: (signal: AbortSignal) => Promise<string>;
  readonly onChange: (change: Change) => void;
  /** Called when the first list is there, and when trouble comes or goes. */
  readonly onState?: () => void;
  readonly clock: Clock;
  /** Between two safety lists, so that what a silent server hides is seen after at most this long; a list unanswered for as long is trouble. */
  readonly pollMs: number;
  /** Between two safety lists while the watch tells no trouble, when nobody waits on what it tells; default `pollMs`. */
  readonly calmPollMs?: number;
}

const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 2000;
/** A watch that ends sooner was not served, so the next one waits a little. */
const SHORT_WATCH_MS = 1000;
const GONE = 410;
/** Kinds of more objects cost more to list than to watch anew. */
const MANY_OBJECTS = 500;
/** However short the poll, a server that answers within this time is not called silent. */
const SHORTEST_SILENCE_MS = 250;

/** Revisions are opaque by contract and numbers in fact; those that are no numbers are never called older. */
const isOlder = (a: string, b: string): boolean => Number(a) < Number(b);

const silence = (silentMs: number): KuberaError =>
  new KuberaError("TIMED_OUT", {
    what: "a list has no answer",
    where: "a list call that is still open",
    because: `the server took the request ${(silentMs / 1000).toFixed(1)} s ago and has sent nothing`,
    fix: "Look whether the API server hangs, or its etcd, or whether a firewall drops packets.",
  });

/** Keeps one kind current: list, watch from there, list again on every trouble, and a safety list beside it. */
export class Reflector {
  readonly #options: ReflectorOptions;
  readonly #store = new ObjectStore();
  readonly #pace: PollPace;
  #revision = "";
  /** Of the last list or event; a bookmark moves nothing that a list could be too old for. */
  #toldRevision = "";
  /** Where the server was at the last glance, until the watch has told something of then or later. */
  #glanced: string | undefined;
  #trouble: Error | undefined;
  #mustList = true;
  #watch = new AbortController();
  #defect: { readonly error: unknown } | undefined;

  constructor(options: ReflectorOptions) {
    this.#options = options;
    this.#pace = new PollPace(options);
  }

  get objects(): ReadonlyMap<string, KubeObject> | undefined {
    return this.#store.objects;
  }

  get trouble(): Error | undefined {
    return this.#trouble;
  }

  /** Ends with the signal; rejects only with what `onChange` throws. */
  async run(signal: AbortSignal): Promise<void> {
    const stop = new AbortController();
    const until = AbortSignal.any([signal, stop.signal]);
    const loops = [this.#watchForEver(until), this.#pollForEver(until)].map((loop) => loop.finally(() => stop.abort()));
    await Promise.all(loops);
    if (this.#defect !== undefined) throw this.#defect.error;
  }

  async #watchForEver(signal: AbortSignal): Promise<void> {
    let pauseMs = FIRST_PAUSE_MS;
    while (!this.#ended(signal)) {
      const startMs = this.#options.clock.monotonicMs();
      try {
        if (this.#mustList) await this.#list(signal);
        await this.#followWatch(signal);
      } catch (error) {
        this.#failed(error, signal);
      }
      if (this.#trouble === undefined && this.#options.clock.monotonicMs() - startMs >= SHORT_WATCH_MS) pauseMs = FIRST_PAUSE_MS;
      else {
        await this.#pause(pauseMs, signal);
        pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
      }
    }
  }

  async #pollForEver(signal: AbortSignal): Promise<void> {
    while (!this.#ended(signal)) {
      const leftMs = this.#pace.leftMs(this.#trouble === undefined && !this.#mustList);
      if (leftMs > 0) await this.#pause(Math.min(leftMs, this.#options.pollMs), signal);
      else if (this.objects === undefined) this.#pace.asked();
      else await this.#pollOnce(signal);
    }
  }

  async #pollOnce(signal: AbortSignal): Promise<void> {
    try {
      const { glance } = this.#options;
      if (glance === undefined || this.#mustBeListed()) await this.#list(signal);
      else await this.#glance(glance, signal);
    } catch (error) {
      this.#failed(error, signal);
      this.#watch.abort();
    } finally {
      this.#pace.asked();
    }
  }

  /** A watch that did not pass the last glance, and was not compared with a list for long, is believed no more. */
  #mustBeListed(): boolean {
    const isDoubtful = this.#glanced !== undefined && this.#pace.isOverdue();
    return this.#mustList || isDoubtful || (this.objects?.size ?? 0) <= MANY_OBJECTS;
  }

  /** Asks where the server is. A watch that talks passes that soon; a silent one is opened again where it stood, and tells what it hid. */
  async #glance(ask: (signal: AbortSignal) => Promise<string>, signal: AbortSignal): Promise<void> {
    const before = this.#revision;
    const revision = await this.#answered(ask, signal);
    if (isOlder(revision, before)) this.#mustList = true;
    this.#recovered(false);
    if (this.#mustList || !this.#pace.isTalking()) this.#watch.abort();
    if (isOlder(this.#toldRevision, revision)) this.#glanced ??= revision;
    else this.#passed();
  }

  #passed(): void {
    this.#glanced = undefined;
    this.#pace.listed();
  }

  #answered<T>(ask: (signal: AbortSignal) => Promise<T>, signal: AbortSignal): Promise<T> {
    const { pollMs, clock } = this.#options;
    const everyMs = Math.max(pollMs, SHORTEST_SILENCE_MS);
    return askedAgain({ ask, everyMs, clock, signal, onSilence: (ms) => this.#fell(silence(ms)) });
  }

  async #followWatch(signal: AbortSignal): Promise<void> {
    this.#watch = new AbortController();
    const until = AbortSignal.any([signal, this.#watch.signal]);
    try {
      for await (const event of await this.#options.open(this.#revision, until)) {
        // What this watch still holds is older than the list that ended it.
        if (until.aborted) return;
        this.#take(event);
      }
    } catch (error) {
      // Ended from here, because a list saw what the watch had not told.
      if (!this.#watch.signal.aborted || signal.aborted || this.#defect !== undefined) throw error;
    }
  }

  #take(event: WatchEvent): void {
    if (event.type === "BOOKMARK") {
      this.#revision = event.revision;
      return;
    }
    // A bookmark tells of no object, and so proves nothing about them.
    this.#pace.heard();
    this.#revision = headOf(event).revision ?? this.#revision;
    this.#toldRevision = this.#revision;
    if (this.#glanced !== undefined && !isOlder(this.#revision, this.#glanced)) this.#passed();
    this.#tell(this.#store.apply(event));
  }

  async #list(signal: AbortSignal): Promise<void> {
    const before = this.#revision;
    const { items, revision } = await this.#answered(this.#options.list, signal);
    const passed = isOlder(revision, this.#toldRevision);
    // A restored etcd starts again at an old revision; without that, events simply overtook this list.
    const wentBack = isOlder(revision, before);
    if (passed && !wentBack && !this.#mustList) return this.#overtaken();
    this.#passed();
    const first = this.objects === undefined;
    const changes = this.#store.replace(items);
    this.#revision = revision;
    this.#toldRevision = revision;
    this.#mustList = false;
    this.#recovered(first);
    if (changes.length > 0 || wentBack) this.#watch.abort();
    this.#tell(changes);
  }

  /** Such a list cannot be compared; where all of them are, one is made while no watch tells anything. */
  #overtaken(): void {
    this.#recovered(false);
    if (!this.#pace.isOverdue()) return;
    this.#mustList = true;
    this.#watch.abort();
  }

  #tell(changes: readonly Change[]): void {
    try {
      for (const change of changes) this.#options.onChange(change);
    } catch (error) {
      this.#defect = { error };
      this.#watch.abort();
    }
  }

  #recovered(first: boolean): void {
    if (this.#trouble === undefined && !first) return;
    this.#trouble = undefined;
    this.#options.onState?.();
  }

  #failed(error: unknown, signal: AbortSignal): void {
    if (signal.aborted) return;
    this.#mustList = true;
    // Forgotten history is no trouble: the next list brings everything.
    if (refusedStatus(error) === GONE) return;
    this.#fell(error instanceof Error ? error : new Error(String(error)));
  }

  #fell(trouble: Error): void {
    this.#trouble = trouble;
    this.#options.onState?.();
  }

  #ended(signal: AbortSignal): boolean {
    return signal.aborted || this.#defect !== undefined;
  }

  async #pause(ms: number, signal: AbortSignal): Promise<void> {
    // Rejects only when the signal ends everything.
    await this.#options.clock.sleep(ms, signal).catch(() => {});
  }
}
