import { createHash } from "node:crypto";
import type { LogLine } from "./log-lines.ts";

/** Lines that are remembered at least, and twice as many at most. */
const REMEMBERED = 500;
/** Two streams of a container write lines not quite in the order of their times. */
const DISORDER_MS = 1000;
const NANO_DIGITS = 9;

/** Comparable as text, whatever number of digits a runtime writes. */
const sortable = (time: string): string => {
  const ms = Date.parse(time);
  const [, fraction = ""] = /\.(\d+)/.exec(time) ?? [];
  return `${new Date(ms).toISOString().slice(0, 19)}.${fraction.padEnd(NANO_DIGITS, "0")}`;
};

const msOf = (time: string): number => Date.parse(`${time.slice(0, 23)}Z`);

const keyOf = ({ time = "", text }: LogLine): string => `${time} ${createHash("sha1").update(text).digest("base64")}`;

interface Told {
  readonly time: string;
  readonly key: string;
}

const counted = (lines: readonly Told[]): Map<string, number> => {
  const counts = new Map<string, number>();
  for (const { key } of lines) counts.set(key, (counts.get(key) ?? 0) + 1);
  return counts;
};

/** Whether one more of these was there to be taken. */
const takeOne = (counts: Map<string, number>, key: string): boolean => {
  const left = counts.get(key) ?? 0;
  if (left > 0) counts.set(key, left - 1);
  return left > 0;
};

/**
 * Knows which lines of a log were told, so that one that is read again from somewhat earlier is told on exactly where it broke.
 * Lines of one time are counted: a second one of the same words is a line of its own.
 */
export class LogSeam {
  /** Of the present run of the container, in the order in which they came. */
  #lines: Told[] = [];
  #former = new Map<string, number>();
  #awaited = new Map<string, number>();
  /** Earlier lines were told long ago, or are from before the recording. */
  #floor: string;
  #trimAt = REMEMBERED * 2;

  constructor(sinceMs?: number) {
    this.#floor = sinceMs === undefined ? "" : sortable(new Date(sinceMs).toISOString());
  }

  /** From when on the present run must be read again; undefined for all of it. */
  resume(): string | undefined {
    const lastMs = this.#lines.reduce((most, { time }) => Math.max(most, msOf(time)), -Infinity) - DISORDER_MS;
    const floorMs = this.#floor === "" ? -Infinity : msOf(this.#floor);
    const fromMs = Math.max(floorMs, lastMs);
    return Number.isFinite(fromMs) ? new Date(fromMs).toISOString() : undefined;
  }

  /** From when on a run that is over must be read: nobody can tell which of its last lines came through. */
  resumeOver(): string | undefined {
    return this.#floor === "" ? undefined : new Date(msOf(this.#floor)).toISOString();
  }

  /** A reading begins; what it repeats is told by nobody. */
  begin(): void {
    this.#awaited = counted(this.#lines);
  }

  /** The container runs anew. Some of its first lines may be known, for a reading can begin before the restart is heard of. */
  beginRun(): void {
    this.#former = counted(this.#lines);
    this.#lines = [];
    this.#floor = "";
    this.#trimAt = REMEMBERED * 2;
  }

  /** Whether a line is new. Words without a time are, for nobody can say when they were said. */
  isNew(line: LogLine): boolean {
    if (line.time === undefined) return true;
    const time = sortable(line.time);
    if (time < this.#floor) return false;
    const key = keyOf(line);
    if (takeOne(this.#awaited, key)) return false;
    this.#lines.push({ time, key });
    if (this.#lines.length >= this.#trimAt) this.#trim();
    return !takeOne(this.#former, key);
  }

  /** Lines of one time go or stay together, so that those above the floor are all known. */
  #trim(): void {
    const floor = this.#lines.at(-REMEMBERED)?.time ?? "";
    this.#lines = this.#lines.filter(({ time }) => time >= floor);
    this.#floor = floor;
    this.#trimAt = Math.max(this.#lines.length, REMEMBERED) * 2;
  }
}
