import type { Clock } from "@kubera-e2e/schema/clock";
import type { ContainerRun } from "./container-runs.ts";
import type { LogFile } from "./log-file.ts";
import type { LogLine } from "./log-lines.ts";
import { LogReading, type LogEnd } from "./log-reading.ts";
import { LogSeam } from "./log-seam.ts";
import type { ContainerRef, RecordedCluster } from "./recorded-cluster.ts";
import type { Turns } from "./turns.ts";

export interface FollowerOptions {
  readonly ref: ContainerRef;
  readonly kube: RecordedCluster;
  readonly file: LogFile;
  readonly clock: Clock;
  readonly turns: Turns;
  /** Whether the API server is known to answer nobody; `serverIsBack` tells of its return. */
  readonly isAway: () => boolean;
  /** Lines from before are left out; default: none are. */
  readonly sinceMs?: number;
}

const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 4000;
/** Nobody is told of it; a reason that Node makes up takes a stack. */
const WOKEN = new Error("something was heard of the container");
/** How long the log of a container that is gone may take to end by itself. */
const GRACE_MS = 3000;
/** A log that is followed is asked for anew this often, for a dead connection says nothing. */
const REOPEN_MS = 300_000;
/** At least; while others wait for a connection, also at most. */
const SHARED_MS = 5000;
const TRIES = 3;

/** Follows the log of one container of one pod: across broken connections, restarts and until the pod is gone. */
export class ContainerFollower {
  readonly #options: FollowerOptions;
  readonly #seam: LogSeam;
  #latest: ContainerRun | undefined;
  #present: ContainerRun | undefined;
  #doneId: string | undefined;
  #isGone = false;
  #told = 0;
  #reading: LogReading | undefined;
  #wake: () => void = () => {};
  #pauseMs = FIRST_PAUSE_MS;
  /** How the last reading of the present run ended. */
  #end: LogEnd | undefined;
  /** Run to which the cluster was set back, until its log is asked for: what it wrote was told before, or is older than the recording. */
  #toldId: string | undefined;

  constructor(options: FollowerOptions) {
    this.#options = options;
    this.#seam = new LogSeam(options.sinceMs);
  }

  /** Why lines are missing at present. */
  get trouble(): string | undefined {
    return this.#end?.how === "broken" ? this.#end.because : undefined;
  }

  /** The pod's status tells of a run. */
  update(run: ContainerRun): void {
    if (this.#latest?.id === run.id && this.#latest.isOver === run.isOver) return;
    this.#latest = run;
    // Nothing is lost by that: the end of a run that is over is read once more.
    if (run.id !== this.#present?.id) this.#reading?.leaveAfter(0);
    this.#wake();
  }

  /** The pod is gone. */
  leave(): void {
    this.#isGone = true;
    this.#reading?.leaveAfter(GRACE_MS);
    this.#wake();
  }

  /** The API server answers again. */
  serverIsBack(): void {
    this.#wake();
  }

  /** Ends when the pod is gone and its log is read, or with the signal. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted && !this.#isGone) {
      const latest = this.#latest;
      if (latest === undefined || latest.id === this.#doneId) await this.#untilWoken(undefined, signal);
      else await this.#readRun(latest, signal);
    }
    if (this.#isGone) this.#takeLeave();
    this.#options.file.settle();
  }

  async #readRun(run: ContainerRun, signal: AbortSignal): Promise<void> {
    if (this.#present === undefined) await this.#beginWith(run, signal);
    else if (this.#present.id !== run.id) await this.#leaveRun(this.#present, run, signal);
    this.#present = run;
    if (this.#latest?.id !== run.id) return;
    this.#toldId = undefined;
    // Else the run is over and may have written its last words after the log was opened.
    const wasOver = run.isOver;
    this.#end = await this.#read({ previous: false, since: this.#seam.resume() }, signal);
    if (this.#end.how === "ended" && wasOver) {
      this.#takeRest();
      this.#doneId = run.id;
    } else if (this.#end.how !== "left") await this.#untilServed(signal);
  }

  /** The first run that is heard of; the one before it may have ended a moment ago. */
  async #beginWith(run: ContainerRun, signal: AbortSignal): Promise<void> {
    if (run.restarts === 0) return;
    const { file, sinceMs } = this.#options;
    const before = this.#told;
    await this.#readFormer(signal);
    if (sinceMs === undefined && run.restarts > 1) file.mark(`${run.restarts - 1} runs came and went unread`);
    if (this.#told > before) file.mark(`restart ${run.restarts}: ${run.before}`);
  }

  /** Restarts only ever grow: what has fewer is of an earlier time, to which the cluster was set back. */
  async #leaveRun(former: ContainerRun, run: ContainerRun, signal: AbortSignal): Promise<void> {
    if (run.restarts > former.restarts) await this.#changeRun(former, run, signal);
    else this.#options.file.mark(`the cluster was set back to an earlier time, at which the container had ${run.restarts} restarts`);
    this.#seam.beginRun();
    this.#pauseMs = FIRST_PAUSE_MS;
    if (run.restarts > former.restarts) return;
    this.#end = undefined;
    this.#toldId = run.id;
    // Its machine has just been powered on: the run that is known of then is soon another, and its log is asked for of nobody yet.
    await this.#untilWoken(LONGEST_PAUSE_MS, signal);
  }

  /** The end of a run that is over, then the next one. */
  async #changeRun(former: ContainerRun, run: ContainerRun, signal: AbortSignal): Promise<void> {
    const missed = run.restarts - former.restarts - 1;
    const { file } = this.#options;
    if (former.id !== this.#toldId) await this.#endFormer(former, run, signal);
    if (missed > 0) file.mark(`${missed} runs came and went unread`);
    file.mark(`restart ${run.restarts}: ${run.before}`);
  }

  async #endFormer(former: ContainerRun, run: ContainerRun, signal: AbortSignal): Promise<void> {
    const end = await this.#readFormer(signal);
    const isWhole = former.id === this.#doneId || this.#end?.how === "ended" || (end.how === "ended" && this.#latest?.id === run.id);
    if (isWhole) return;
    const because = end.how === "broken" ? end.because : "they could not be read to the end";
    this.#options.file.mark(`lines before the restart may be missing: ${because}`);
  }

  async #readFormer(signal: AbortSignal): Promise<LogEnd> {
    const since = this.#seam.resumeOver();
    let end = await this.#read({ previous: true, since }, signal);
    for (let tries = 1; tries < TRIES && end.how === "broken" && !end.isRefused && !signal.aborted; tries += 1) {
      await this.#options.clock.sleep(this.#nextPause(), signal).catch(() => {});
      end = await this.#read({ previous: true, since }, signal);
    }
    if (end.how === "ended" && end.rest !== undefined) this.#take(end.rest);
    return end;
  }

  async #read(what: { readonly previous: boolean; readonly since: string | undefined }, signal: AbortSignal): Promise<LogEnd> {
    const { kube, ref, clock, turns } = this.#options;
    const log = { ...ref, previous: what.previous, ...(what.since !== undefined && { sinceTime: what.since }) };
    const open = (until: AbortSignal): Promise<AsyncIterable<Uint8Array>> => kube.followLogs(log, { signal: until });
    // Another pod of its name may be there by now, whose log is not this one.
    if (this.#isGone) return { how: "left" };
    await turns.take(signal);
    try {
      this.#seam.begin();
      const isAwaited = (): boolean => turns.isCrowded;
      const onLine = (line: LogLine): void => this.#take(line);
      const reading = new LogReading({ open, onLine, clock, limitMs: REOPEN_MS, share: { ms: SHARED_MS, isAwaited } });
      this.#reading = reading;
      // What was heard while nothing was read could leave nothing.
      if (this.#isGone) reading.leaveAfter(GRACE_MS);
      else if (!what.previous && this.#latest?.id !== this.#present?.id) reading.leaveAfter(0);
      return await reading.read(signal);
    } finally {
      this.#reading = undefined;
      turns.give();
    }
  }

  #take(line: LogLine): void {
    if (!this.#seam.isNew(line)) return;
    this.#pauseMs = FIRST_PAUSE_MS;
    this.#told += 1;
    this.#options.file.line(line);
  }

  #takeRest(): void {
    if (this.#end?.how === "ended" && this.#end.rest !== undefined) this.#take(this.#end.rest);
  }

  #takeLeave(): void {
    this.#takeRest();
    const isWhole = this.#present === undefined || this.#end?.how === "ended";
    if (this.#latest !== undefined && this.#latest.id !== this.#present?.id)
      this.#options.file.mark("the pod is gone; its last run was not read");
    else if (!isWhole) this.#options.file.mark("the pod is gone; its last lines may be missing");
    else this.#options.file.mark("the pod is gone");
  }

  #nextPause(): number {
    const pauseMs = this.#pauseMs;
    this.#pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
    return pauseMs;
  }

  /** All followers of a server that is away would ask it together, again and again, where one watch asks already. */
  async #untilServed(signal: AbortSignal): Promise<void> {
    await this.#untilWoken(this.#nextPause(), signal);
    if (this.#options.isAway()) await this.#untilWoken(LONGEST_PAUSE_MS, signal);
  }

  /** Until something is heard of the container, or some time has passed. */
  async #untilWoken(ms: number | undefined, signal: AbortSignal): Promise<void> {
    const woken = new AbortController();
    this.#wake = () => woken.abort(WOKEN);
    const until = AbortSignal.any([signal, woken.signal]);
    if (until.aborted) return;
    if (ms !== undefined) return this.#options.clock.sleep(ms, until).catch(() => {});
    // A listener keeps its signal for as long as the run lasts, unless that aborts: this one does.
    await new Promise<void>((resolve) => {
      until.addEventListener("abort", () => resolve(), { once: true });
    });
  }
}
