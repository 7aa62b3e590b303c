import type { Clock } from "@kubera-e2e/schema/clock";
import { KuberaError } from "@kubera-e2e/schema/kubera-error";
import { askedAgain } from "./asked-again.ts";
import type { KubeObject } from "./kube-client.ts";
import { ObjectStore, type Change } from "./object-store.ts";
import { PollPace } from "./poll-pace.ts";
import { refusedStatus } from "./refusal.ts";
import { isOlder } from "./revision.ts";
import type { WatchEvent } from "./watch-stream.ts";

export interface Listing {
  readonly items: readonly KubeObject[];
  readonly revision: string;
}

/** Tells by `heard` that a part of the answer has come. */
type AskList = (signal: AbortSignal, heard: () => void) => Promise<Listing>;

export interface ReflectorOptions {
  readonly list: AskList;
  /** The same list without what the objects hold: names, uids and revisions show what was missed, but for contents that change under one revision. */
  readonly listMetadata: AskList;
  /** Opens a watch from a revision; its events until the server ends it. */
  readonly open: (revision: string, signal: AbortSignal) => Promise<AsyncIterable<WatchEvent>>;
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
/** A watch that talks much is read five times a second. */
const SETTLE_MS = 450;
/** However short the poll, a server that answers within this time is not called silent. */
const SHORTEST_SILENCE_MS = 250;

const silence = (silentMs: number): KuberaError =>
  new KuberaError("TIMED_OUT", {
    what: "a list has no answer",
    where: "a list call that is still open",
    because: `the server has sent nothing of its answer for ${(silentMs / 1000).toFixed(1)} s`,
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
  #trouble: Error | undefined;
  #mustList = true;
  #taken = 0;
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
        if (!this.#mustList) await this.#followWatch(signal);
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
      if (this.#mustList || this.#pace.isReadingDue() || !(await this.#isCurrent(signal))) await this.#list(signal);
    } catch (error) {
      this.#failed(error, signal);
      this.#watch.abort();
    } finally {
      this.#pace.asked();
    }
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
      // One below what was told is of an etcd that was set back, which only a list can follow.
      if (!isOlder(event.revision, this.#toldRevision)) this.#revision = event.revision;
      return;
    }
    // A bookmark tells of no object, and so proves nothing about them.
    this.#pace.heard();
    this.#revision = event.object.metadata.resourceVersion ?? this.#revision;
    this.#toldRevision = this.#revision;
    this.#tell(this.#store.apply(event));
  }

  /** Whether all that the server knows is known here, in the same forms. */
  async #isCurrent(signal: AbortSignal): Promise<boolean> {
    const before = this.#revision;
    this.#store.beginList();
    const listing = await this.#ask(this.#options.listMetadata, signal);
    if (isOlder(listing.revision, before)) return false;
    if (!this.#agreesWith(listing) && !(await this.#settlesOn(listing, signal))) return false;
    this.#stands(listing.revision);
    this.#recovered(false);
    return true;
  }

  #agreesWith(listing: Listing): boolean {
    return !this.#mustList && this.#store.agreesWith(listing, this.#toldRevision);
  }

  /** What a list shows may still be under way on a watch that talks. */
  async #settlesOn(listing: Listing, signal: AbortSignal): Promise<boolean> {
    if (!this.#pace.isTalkingFor(SETTLE_MS)) return false;
    await this.#options.clock.sleep(SETTLE_MS, signal);
    return this.#agreesWith(listing);
  }

  async #list(signal: AbortSignal): Promise<void> {
    const [before, told, taken] = [this.#revision, this.#toldRevision, this.#taken];
    const { items, revision } = await this.#ask(this.#options.list, signal);
    // Another list was taken meanwhile, and a watch may have told more since.
    if (taken !== this.#taken) return this.#mustList ? undefined : this.#recovered(false);
    // A restored etcd starts again at an old revision; without that, events simply overtook this list.
    const wentBack = isOlder(revision, before) && told === this.#toldRevision;
    if (isOlder(revision, this.#toldRevision) && !wentBack) return this.#overtaken();
    this.#taken += 1;
    const first = this.objects === undefined;
    const changes = this.#store.replace(items);
    this.#toldRevision = "";
    this.#mustList = false;
    this.#pace.read();
    this.#stands(revision);
    this.#recovered(first);
    if (changes.length > 0 || wentBack) this.#watch.abort();
    this.#tell(changes);
  }

  /** Such a list shows what was; one is made while no watch tells anything. */
  #overtaken(): void {
    this.#mustList = true;
    this.#watch.abort();
  }

  /** What is known is what a list of this revision has shown, or what was told after it. */
  #stands(revision: string): void {
    this.#pace.listed();
    if (!isOlder(revision, this.#toldRevision)) {
      this.#revision = revision;
      this.#toldRevision = revision;
    }
  }

  #ask(list: AskList, signal: AbortSignal): Promise<Listing> {
    const { pollMs, clock } = this.#options;
    const everyMs = Math.max(pollMs, SHORTEST_SILENCE_MS);
    return askedAgain({ ask: list, everyMs, clock, signal, onSilence: (ms) => this.#fell(silence(ms)) });
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
