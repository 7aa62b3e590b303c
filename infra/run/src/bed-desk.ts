import type { Clock } from "@kubera-e2e/schema/clock";
import type { Settings } from "@kubera-e2e/schema/settings";
import type { BedSession } from "./bed-session.ts";
import { blockedBy, lacksState } from "./blocked.ts";
import type { FailedState } from "./failed-state.ts";
import { describeJoined } from "./joined-bed.ts";
import { SlotBarrier } from "./slot-barrier.ts";
import { setNodePower } from "./node-power.ts";
import type { EventsAnswer, JoinedBed, JoinRequest, PowerRequest } from "./wire.ts";

/** What the desk needs of a held bed. */
export type HeldBed = Pick<BedSession, "context" | "lost" | "ensure" | "markUsed" | "events" | "close">;

export interface BedDeskOptions {
  readonly bed: string;
  readonly reset: Settings["KUBERA_RESET"];
  readonly clock: Clock;
  /** Takes the lease and opens the bed. */
  readonly openSession: () => Promise<HeldBed>;
  /** Keeps what a failed test left; default: nothing is kept. */
  readonly failedState?: FailedState;
}

/** Hands a bed to workers. It is held from the first join on, so that a run that selects nothing never needs it. */
export class BedDesk {
  readonly #options: BedDeskOptions;
  readonly #barrier: SlotBarrier;
  #opening: Promise<HeldBed> | undefined;
  #session: HeldBed | undefined;
  #failure: { readonly error: unknown } | undefined;
  #restores = 0;
  /** Stays true after one that failed, unless the bed only lacks a state: it is in none worth keeping. */
  #isRestoring = false;
  readonly #tests = new Map<number, string>();

  constructor(options: BedDeskOptions) {
    this.#options = options;
    const { bed, reset, clock } = options;
    this.#barrier = new SlotBarrier({
      bed,
      reset,
      clock,
      restore: async (state, build) => {
        this.#restores += 1;
        this.#isRestoring = true;
        try {
          await this.#keep("restore");
          await this.#session?.ensure(state, build);
          this.#isRestoring = false;
          options.failedState?.forget();
        } catch (error) {
          if (lacksState(error)) this.#isRestoring = false;
          else this.fail(error);
          throw error;
        }
      },
    });
  }

  /** Errors: why the bed cannot be used, for the first; `BED_BROKEN` at once for all later ones. */
  async join(request: JoinRequest, signal: AbortSignal): Promise<JoinedBed> {
    if (this.#failure !== undefined) throw blockedBy(this.#options.bed, this.#failure.error);
    const session = await this.#open();
    const granted = await this.#barrier.join(request, signal);
    const restores = this.#restores;
    this.#tests.set(request.slot, request.test);
    try {
      await session.markUsed();
      return await describeJoined(session.context, request, { ...granted, restores });
    } catch (error) {
      this.#barrier.vanish(request);
      throw error;
    }
  }

  /** Takes the bed before anybody joins. Errors: those of opening it. */
  async open(): Promise<void> {
    await this.#open();
  }

  /** The worker that made this request is gone without leaving. */
  vanish(request: JoinRequest): void {
    this.#barrier.vanish(request);
  }

  /** The test on this slot has failed. */
  noteFailure(slot: number): void {
    this.#options.failedState?.note(this.#tests.get(slot) ?? `slot ${slot}`);
  }

  leave(slot: number, dirty: boolean): void {
    this.#barrier.leave(slot, dirty);
  }

  async events(from: Date, to: Date): Promise<EventsAnswer> {
    return (
      (await this.#session?.events(from, to)) ?? { facts: [], gaps: [{ collector: "events", because: "no test has joined the bed yet" }] }
    );
  }

  /** Switches the VM of a node off or on. Errors: those of the machines. */
  async setPower(request: PowerRequest): Promise<void> {
    if (this.#session === undefined) throw new Error("no test has joined the bed yet");
    await setNodePower(this.#session.context, request);
  }

  /** Nobody gets the bed from now on. */
  fail(error: unknown): void {
    this.#failure ??= { error };
    this.#barrier.fail(error);
  }

  async close(): Promise<void> {
    const broken = this.#failure === undefined ? undefined : reasonOf(this.#failure.error);
    this.fail(new Error("the run has ended"));
    await this.#opening?.catch(() => {});
    if (!this.#isRestoring) await this.#keep("end");
    await this.#session?.close(broken);
  }

  async #keep(when: "restore" | "end"): Promise<void> {
    if (this.#session !== undefined) await this.#options.failedState?.keep(this.#session, when);
  }

  /** Opened once; those who come while it fails are told the same, in the form for later ones. */
  async #open(): Promise<HeldBed> {
    const isFirst = this.#opening === undefined;
    this.#opening ??= this.#options.openSession();
    try {
      this.#session = await this.#opening;
      return this.#session;
    } catch (error) {
      this.fail(error);
      throw isFirst ? error : blockedBy(this.#options.bed, error);
    }
  }
}

const reasonOf = (error: unknown): string => (error instanceof Error ? (error.message.split("\n")[0] ?? "") : String(error));
