import { stateName, UNNAMED_STATE, type BedState } from "@kubera-e2e/schema/bed-state";
import type { Clock } from "@kubera-e2e/schema/clock";
import type { Settings } from "@kubera-e2e/schema/settings";
import { blockedBy, lacksState } from "./blocked.ts";
import type { JoinRequest } from "./wire.ts";

export interface BarrierOptions {
  readonly bed: string;
  readonly reset: Settings["KUBERA_RESET"];
  readonly clock: Clock;
  /** Brings the bed into a state; nobody is on it meanwhile. */
  readonly restore: (state: BedState, build: string) => Promise<void>;
  /** How long a state stays for the next test of its own kind when only others wait; default 300 ms. */
  readonly lingerMs?: number;
  /** How long a test of another state waits at most behind tests that keep the state; default 15 min. */
  readonly patienceMs?: number;
}

export interface Granted {
  readonly restoredMs: number;
  readonly waitedMs: number;
  /** What the bed is in; with the reset `never` nobody has brought it there, and it is what was asked for. */
  readonly state: BedState;
}

/** What a clean bed holds. */
type Present = { readonly state: BedState } & Pick<JoinRequest, "build" | "arranged">;

interface Waiting {
  readonly request: JoinRequest;
  readonly sinceMs: number;
  readonly grant: (granted: Granted) => void;
  readonly refuse: (error: unknown) => void;
}

const LINGER_MS = 300;
const PATIENCE_MS = 15 * 60_000;

const wantedBy = ({ state, build, arranged }: JoinRequest, unnamed: BedState = UNNAMED_STATE): Present => ({
  state: state ?? unnamed,
  build,
  arranged,
});

const nameOf = ({ state, build, arranged }: Present): string =>
  arranged === undefined ? stateName(state, build) : `${stateName(state, build)} with ${arranged}`;

const fits = (present: Present | undefined, request: JoinRequest): boolean => {
  if (present === undefined) return false;
  if (request.state !== undefined || request.arranged !== undefined) return nameOf(present) === nameOf(wantedBy(request));
  return present.state !== "bare" && present.build === request.build && present.arranged === undefined;
};

/**
 * Who may be on the bed when. Slots that its state serves share it; a test that disturbs is alone; the state changes only when nobody is on it.
 * Tests of the present state go first, so that a restore serves many, until another has waited for `patienceMs`.
 */
export class SlotBarrier {
  readonly #options: BarrierOptions;
  readonly #holds = new Map<number, JoinRequest>();
  /** All that have ever joined: a worker that is later with its first test than others with their second is not counted on. */
  readonly #slots = new Set<number>();
  #queue: Waiting[] = [];
  #present: Present | undefined;
  /** To what it is restored for a test that names no state: its neighbours want most often what the bed had before. */
  #unnamed: BedState = UNNAMED_STATE;
  #dirty = false;
  #restoring = false;
  #emptySinceMs = -Infinity;
  #failure: { readonly error: unknown } | undefined;
  /** Why states cannot be had. */
  readonly #lacked = new Map<string, unknown>();

  constructor(options: BarrierOptions) {
    this.#options = options;
  }

  /**
   * Waits for its turn. Errors: that of the restore for the slot that asked for it, `BED_BROKEN` for all others from then on, at once; where
   * the bed only lacks a state, for those who want that one.
   */
  join(request: JoinRequest, signal?: AbortSignal): Promise<Granted> {
    this.#slots.add(request.slot);
    this.#takeOver(request.slot);
    return new Promise((grant, refuse) => {
      const waiting: Waiting = { request, sinceMs: this.#now(), grant, refuse };
      this.#queue.push(waiting);
      signal?.addEventListener("abort", () => this.#giveUp(waiting, signal.reason), { once: true });
      if (signal?.aborted === true) this.#giveUp(waiting, signal.reason);
      else this.#turn();
    });
  }

  /** The worker behind a join is gone without a word; what its slot has got since belongs to the worker in its place. */
  vanish(request: JoinRequest): void {
    if (this.#holds.get(request.slot) === request) this.#abandon(request.slot);
  }

  leave(slot: number, dirty: boolean): void {
    const hold = this.#holds.get(slot);
    if (hold === undefined) return;
    this.#holds.delete(slot);
    if (dirty || hold.disturbs === true) this.#dirty = true;
    if (this.#holds.size === 0) this.#emptySinceMs = this.#now();
    this.#turn();
  }

  /** Refuses everybody from now on. */
  fail(error: unknown): void {
    this.#failure ??= { error };
    this.#turn();
  }

  #now(): number {
    return this.#options.clock.monotonicMs();
  }

  /** A worker that crashed holds its slot still; the one in its place starts from where it was. */
  #takeOver(slot: number): void {
    for (const old of this.#queue.filter((waiting) => waiting.request.slot === slot))
      this.#giveUp(old, new Error("its slot was taken over"));
    this.#abandon(slot);
  }

  /** Whoever has disturbed the bed and does not end has put nothing right. */
  #abandon(slot: number): void {
    this.leave(slot, this.#holds.get(slot)?.disturbs === "briefly");
  }

  #giveUp(waiting: Waiting, reason: unknown): void {
    if (!this.#queue.includes(waiting)) return;
    this.#queue = this.#queue.filter((other) => other !== waiting);
    waiting.refuse(reason);
    this.#turn();
  }

  #turn(): void {
    if (this.#failure !== undefined) {
      this.#refuseAll(this.#failure.error);
      return;
    }
    this.#refuseLacked();
    if (this.#restoring) return;
    for (let next = this.#next(); next !== undefined; next = this.#next()) {
      this.#queue = this.#queue.filter((waiting) => waiting !== next);
      if (this.#needsRestore(next.request)) {
        void this.#restoreFor(next);
        return;
      }
      this.#admit(next, 0);
    }
  }

  /** Who may come on the bed now. */
  #next(): Waiting | undefined {
    const [oldest] = this.#queue;
    if (oldest === undefined) return undefined;
    const isImpatient = this.#now() - oldest.sinceMs >= (this.#options.patienceMs ?? PATIENCE_MS);
    if (this.#holds.size > 0) return isImpatient ? this.#sharable([oldest]) : this.#sharable(this.#queue);
    const fitting = isImpatient ? undefined : this.#queue.find((waiting) => !this.#needsRestore(waiting.request));
    if (fitting !== undefined) return fitting;
    return this.#lingers(isImpatient) ? undefined : oldest;
  }

  /** The first that can join those who are on the bed already. */
  #sharable(candidates: readonly Waiting[]): Waiting | undefined {
    if ([...this.#holds.values()].some((hold) => hold.disturbs !== false)) return undefined;
    return candidates.find(({ request }) => request.disturbs === false && !this.#needsRestore(request));
  }

  /** Whether the bed stays as it is a little longer: the next test of its state is asked for within milliseconds, unless everybody waits. */
  #lingers(isImpatient: boolean): boolean {
    const isAwaited = this.#queue.length < this.#slots.size;
    if (!isAwaited || isImpatient || this.#dirty || this.#options.reset === "always") return false;
    const leftMs = this.#emptySinceMs + (this.#options.lingerMs ?? LINGER_MS) - this.#now();
    if (leftMs <= 0) return false;
    void this.#options.clock.sleep(leftMs).then(() => this.#turn());
    return true;
  }

  #needsRestore(request: JoinRequest): boolean {
    if (this.#options.reset === "never") return false;
    return this.#options.reset === "always" || this.#dirty || !fits(this.#present, request);
  }

  #admit(waiting: Waiting, restoredMs: number): void {
    this.#holds.set(waiting.request.slot, waiting.request);
    const { state } = this.#present ?? wantedBy(waiting.request);
    waiting.grant({ state, restoredMs, waitedMs: Math.max(this.#now() - waiting.sinceMs - restoredMs, 0) });
  }

  /** To what the bed would be restored for it. */
  #goalFor(request: JoinRequest): Present {
    const wanted = wantedBy(request, this.#unnamed);
    return this.#lacked.has(nameOf(wanted)) ? wantedBy(request) : wanted;
  }

  async #restoreFor(waiting: Waiting): Promise<void> {
    const { request } = waiting;
    const wanted = this.#goalFor(request);
    const startMs = this.#now();
    this.#restoring = true;
    this.#present = undefined;
    try {
      await this.#options.restore(wanted.state, wanted.build);
      this.#present = wanted;
      // Where every test has a bed of its own making, none of them hangs on the one before.
      if (this.#options.reset !== "always" && wanted.state !== "bare") this.#unnamed = wanted.state;
      this.#dirty = false;
      this.#admit(waiting, this.#now() - startMs);
    } catch (error) {
      if (lacksState(error)) this.#lacked.set(nameOf(wanted), error);
      else this.#failure ??= { error };
      waiting.refuse(error);
    } finally {
      this.#restoring = false;
      this.#turn();
    }
  }

  /** Those whose state is one that cannot be had; one that names none may find the bed in another. */
  #refuseLacked(): void {
    const refused = this.#queue.filter(({ request }) => this.#needsRestore(request) && this.#lacked.has(nameOf(this.#goalFor(request))));
    this.#queue = this.#queue.filter((waiting) => !refused.includes(waiting));
    for (const { request, refuse } of refused) {
      const state = nameOf(this.#goalFor(request));
      refuse(blockedBy(this.#options.bed, this.#lacked.get(state), state));
    }
  }

  #refuseAll(error: unknown): void {
    const refused = this.#queue;
    this.#queue = [];
    for (const waiting of refused) waiting.refuse(blockedBy(this.#options.bed, error));
  }
}
