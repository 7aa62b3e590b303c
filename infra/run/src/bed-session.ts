import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { Recorder } from "@kubera-e2e/evidence";
import { stateName, type BedState } from "@kubera-e2e/schema/bed-state";
import { systemClock, type Clock } from "@kubera-e2e/schema/clock";
import type { LeasePort, LeaseTiming } from "@kubera-e2e/schema/lease";
import type { Redactor } from "@kubera-e2e/schema/redactor";
import { RUN_FILES } from "@kubera-e2e/schema/run-folder";
import type { TestBed } from "@kubera-e2e/schema/test-bed";
import type { BedMark, BedMarks } from "@kubera-e2e/lifecycle/bed-marks";
import { ensureState, type BedContext, type ProgressEvent } from "@kubera-e2e/lifecycle";
import { cleanBed } from "./clean-bed.ts";
import { fencedBed } from "./fenced-bed.ts";
import type { HeldLease, HoldOptions } from "./held-lease.ts";
import { holdBeds, type WaitOptions } from "./hold-beds.ts";
import { storeRunEvidence } from "./run-evidence.ts";
import { watchedNamespaces } from "./watched-namespaces.ts";
import type { EventsAnswer } from "./wire.ts";

export interface BedSessionOptions {
  readonly bed: TestBed;
  readonly run: string;
  /** Folder of the run's artifacts. */
  readonly artifacts: string;
  /** Whether the run has this bed besides another of the same clusters, so that what is recorded needs a folder of its own. */
  readonly isCopy?: boolean;
  readonly leases: LeasePort;
  readonly timing?: LeaseTiming;
  readonly wait?: WaitOptions;
  /** Whether a bed that tests were on is restored before it is given back. */
  readonly cleans: boolean;
  readonly redactor: Redactor;
  readonly openContext: (onProgress: (event: ProgressEvent) => void) => Promise<BedContext>;
  readonly onProgress: (event: ProgressEvent) => void;
  readonly onHeld?: HoldOptions["onHeld"];
  /** Called when the bed is lost to somebody else. */
  readonly onLost: (error: unknown) => void;
  readonly clock?: Clock;
}

interface SessionParts {
  readonly lease: HeldLease;
  readonly opened: BedContext;
  readonly markBefore: BedMark | undefined;
}

/** So long may streams take that a restore has cut. */
const CURRENT_LIMIT_MS = 1000;

/** A bed held by this run: its lease, its clients and the recorders of its clusters. */
export class BedSession {
  readonly context: BedContext;
  readonly #options: BedSessionOptions;
  /** Of the bed as it was opened: that tests use it says nothing of the age of its VMs. */
  readonly #marks: BedMarks;
  readonly #markBefore: BedMark | undefined;
  readonly #lease: HeldLease;
  readonly #end = new AbortController();
  #recorders: readonly Recorder[] = [];
  #isMarked = false;
  #ensured: string | undefined;
  #working: Promise<void> = Promise.resolve();

  private constructor(options: BedSessionOptions, parts: SessionParts) {
    this.#options = options;
    this.#lease = parts.lease;
    this.#marks = parts.opened.marks;
    this.#markBefore = parts.markBefore;
    this.context = fencedBed(parts.opened, parts.lease);
  }

  /** Errors: `LEASE_HELD`; those of opening the bed, after the lease was given back. */
  static async open(options: BedSessionOptions): Promise<BedSession> {
    const { leases, timing, bed, run, onHeld, onLost, wait, clock = systemClock } = options;
    const hold = { leases, bed: bed.name, reason: `run ${run}`, onLost, clock, ...(timing && { timing }), ...(onHeld && { onHeld }) };
    const [lease] = await holdBeds([hold], { clock, ...wait });
    if (lease === undefined) throw new Error("a bed was held without a lease");
    let opened: BedContext | undefined;
    try {
      opened = await options.openContext(options.onProgress);
      const session = new BedSession(options, { lease, opened, markBefore: await opened.marks.read(bed.name) });
      await session.#startRecorders();
      return session;
    } catch (error) {
      await opened?.close();
      await lease.giveBack();
      throw error;
    }
  }

  /** Aborts when nothing more may be done to the bed. */
  get lost(): AbortSignal {
    return this.#lease.signal;
  }

  /** Brings the bed into a state; when that fails, what its clusters tell is stored as evidence of the run. */
  ensure(state: BedState, build: string): Promise<void> {
    const working = this.#ensure(state, build);
    this.#working = working.catch(() => {});
    return working;
  }

  async #ensure(state: BedState, build: string): Promise<void> {
    const fromMs = this.context.clock.now();
    try {
      await ensureState(this.context, state, { build, signal: AbortSignal.any([this.#end.signal, this.#lease.signal]) });
      this.#isMarked = false;
      this.#ensured = stateName(state, build);
    } catch (error) {
      if (!this.#end.signal.aborted) await this.#storeEvidence(fromMs, error);
      throw error;
    }
  }

  /** A bed that tests were on is no longer what its set was. */
  async markUsed(): Promise<void> {
    if (this.#isMarked) return;
    this.#isMarked = true;
    const { name } = this.#options.bed;
    const mark = await this.#marks.read(name);
    if (mark !== undefined && mark.state !== "clean") return;
    this.#lease.throwIfOver();
    await this.#marks.write({
      ...mark,
      bed: name,
      state: "dirty",
      because: `used by run ${this.#options.run}`,
      at: new Date(this.context.clock.now()).toISOString(),
    });
  }

  /** What was recorded of all clusters about a window of time. */
  async events(from: Date, to: Date): Promise<EventsAnswer> {
    await Promise.all(this.#recorders.map((recorder) => recorder.current(CURRENT_LIMIT_MS)));
    const recorded = await Promise.all(this.#recorders.map((recorder) => recorder.between(from, to)));
    return { facts: recorded.flatMap(({ facts }) => facts), gaps: recorded.flatMap(({ gaps }) => gaps) };
  }

  /** Ends whatever is under way, cleans the bed where tests were on it, and gives it back; `broken` says why it cannot be used. */
  async close(broken: string | undefined): Promise<void> {
    this.#end.abort(new Error("the run has ended"));
    await this.#working;
    await Promise.allSettled(this.#recorders.map((recorder) => recorder.close()));
    const { cleans, run } = this.#options;
    const left =
      broken === undefined
        ? await cleanBed(this.context, { lease: this.#lease, cleans, ensured: this.#ensured, run })
        : { state: "broken" as const, reason: broken };
    const isUntouched = isDeepStrictEqual(await this.#marks.read(this.#options.bed.name), this.#markBefore);
    await this.context.close();
    if (isUntouched && broken === undefined) await this.#lease.giveBack(left);
    else await this.#lease.release(left);
  }

  async #startRecorders(): Promise<void> {
    const { bed, artifacts, redactor, isCopy } = this.#options;
    const folder = join(artifacts, RUN_FILES.evidence);
    const namespaces = watchedNamespaces(bed);
    this.#recorders = await Promise.all(
      bed.clusters.map(async ({ name }) => {
        const kube = await this.context.kube(name);
        const place = isCopy === true ? join(bed.name, name) : name;
        return new Recorder({ bed: bed.name, kube, folder, place, namespaces, redactor, clock: this.context.clock });
      }),
    );
  }

  /** The error that led here is what must be told; evidence that cannot be stored is a note beside it. */
  async #storeEvidence(fromMs: number, error: unknown): Promise<void> {
    const { run, artifacts, redactor, onProgress } = this.#options;
    const at = new Date(this.context.clock.now()).toISOString();
    const window = { from: new Date(fromMs).toISOString(), to: at };
    const events = (from: Date, to: Date): Promise<EventsAnswer> => this.events(from, to);
    try {
      await storeRunEvidence({ context: this.context, run, artifacts, redactor, window, error, events });
    } catch (trouble) {
      onProgress({ at, verb: "restore", phase: "evidence", state: "note", because: `it could not be stored: ${String(trouble)}` });
    }
  }
}
