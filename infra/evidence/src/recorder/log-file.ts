import type { Clock } from "@kubera-e2e/schema/clock";
import type { Redactor } from "@kubera-e2e/schema/redactor";
import { LogAllowance } from "./log-allowance.ts";
import type { LogLine } from "./log-lines.ts";
import { NdjsonFile } from "./ndjson-file.ts";

/** Longest text of a stored line. */
const LONGEST = 4096;

const TELLING = /\b(error|err|fatal|panic|exception|traceback|fail(ed|ure|ing)?|cannot|refused|denied|timed? ?out|oom)\b|^[EF]\d{4} /i;

/** Whether a line tells of trouble, as far as words can say. */
export const isTelling = (text: string): boolean => TELLING.test(text);

interface Folded {
  readonly text: string;
  lastTime: string;
  times: number;
}

export interface LogFileOptions {
  readonly path: string;
  readonly redactor: Redactor;
  readonly clock: Clock;
}

/**
 * The stored log of one container: `{"at","line"}`, with `cut` where characters were too many; `{"at","line","times"}` for the same words
 * again and again; `{"at","omitted"}` for lines beyond the allowance; `{"at","mark"}` for what happened to the container. Lines are masked
 * whole.
 */
export class LogFile {
  readonly #file: NdjsonFile;
  readonly #options: LogFileOptions;
  readonly #allowance: LogAllowance;
  #folded: Folded | undefined;
  #omitted = 0;
  #lastTime: string | undefined;

  constructor(options: LogFileOptions) {
    this.#options = options;
    this.#file = new NdjsonFile(options.path);
    this.#allowance = new LogAllowance(options.clock);
  }

  get path(): string {
    return this.#file.path;
  }

  get trouble(): string | undefined {
    return this.#file.trouble;
  }

  line({ time, text, cut }: LogLine): void {
    const at = time ?? this.#now();
    this.#lastTime = at;
    const masked = this.#options.redactor.text(text);
    if (this.#folded?.text === masked) {
      this.#folded.lastTime = at;
      this.#folded.times += 1;
      return;
    }
    this.#unfold();
    const tooLong = Math.max(masked.length - LONGEST, 0) + cut;
    const stored = { at, line: masked.slice(0, LONGEST), ...(tooLong > 0 && { cut: tooLong }) };
    if (!this.#allowance.takes(JSON.stringify(stored).length, isTelling(stored.line))) {
      this.#omitted += 1;
      return;
    }
    this.#sayOmitted(at);
    this.#folded = { text: masked, lastTime: at, times: 0 };
    this.#append(at, stored);
  }

  /** Something that happened to the container or to its reading, in words. */
  mark(words: string): void {
    this.settle();
    const at = this.#now();
    this.#append(at, { at, mark: this.#options.redactor.text(words) });
  }

  /** Writes what was counted so far. */
  settle(): void {
    this.#unfold();
    this.#sayOmitted(this.#lastTime ?? this.#now());
  }

  read(fromMs: number, toMs: number): Promise<unknown[]> {
    return this.#file.read(fromMs, toMs);
  }

  flush(): Promise<void> {
    return this.#file.flush();
  }

  #unfold(): void {
    const folded = this.#folded;
    this.#folded = undefined;
    if (folded === undefined || folded.times === 0) return;
    this.#append(folded.lastTime, { at: folded.lastTime, line: folded.text.slice(0, LONGEST), times: folded.times });
  }

  #sayOmitted(at: string): void {
    if (this.#omitted === 0) return;
    const omitted = this.#omitted;
    this.#omitted = 0;
    this.#append(at, { at, omitted });
  }

  #append(at: string, value: object): void {
    this.#file.append(Date.parse(at), value);
  }

  #now(): string {
    return new Date(this.#options.clock.now()).toISOString();
  }
}
