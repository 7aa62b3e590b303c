import { firstLine } from "@kubera-e2e/schema/first-line";
import type { Clock } from "@kubera-e2e/schema/clock";
import { isKuberaError } from "@kubera-e2e/schema/kubera-error";
import { LogLines, type LogLine } from "./log-lines.ts";

/** How a reading of a log ended. */
export type LogEnd =
  | {
      readonly how: "ended";
      /** A last line without an end; half of one, unless the container is over. */ readonly rest: LogLine | undefined;
    }
  | { readonly how: "broken"; readonly because: string; /** Asking again would bring the same. */ readonly isRefused: boolean }
  | { readonly how: "left" };

/** An API server that starts knows nobody, and nobody's rights, for some seconds. */
const PASSING = new Set([401, 403, 408, 429]);

/** Nobody is told of it; a reason that Node makes up takes a stack. */
const OVER = new Error("the reading is over");

/** A log that is not there. */
const isRefusal = (error: unknown): boolean => {
  const { status } = ((isKuberaError(error) ? error.cause : undefined) as { readonly status?: unknown }) ?? {};
  return typeof status === "number" && status >= 400 && status < 500 && !PASSING.has(status);
};

export interface ReadingOptions {
  readonly open: (signal: AbortSignal) => Promise<AsyncIterable<Uint8Array>>;
  readonly onLine: (line: LogLine) => void;
  readonly clock: Clock;
  /** After this long the reading is left, to be begun anew: nobody hears that a connection is dead. */
  readonly limitMs: number;
  /** How long it may stay at least, and whether somebody waits for its connection, whom it then gives way to. */
  readonly share: { readonly ms: number; readonly isAwaited: () => boolean };
}

/** One reading of a log, which can be left. Never rejects. */
export class LogReading {
  readonly #options: ReadingOptions;
  readonly #left = new AbortController();
  readonly #over = new AbortController();

  constructor(options: ReadingOptions) {
    this.#options = options;
  }

  /** Leaves the reading when it has not ended after some time. */
  leaveAfter(ms: number): void {
    void this.#options.clock.sleep(ms, this.#over.signal).then(
      () => this.#left.abort(OVER),
      () => {},
    );
  }

  async read(signal: AbortSignal): Promise<LogEnd> {
    const { open, onLine, limitMs } = this.#options;
    const lines = new LogLines();
    this.leaveAfter(limitMs);
    void this.#giveWay();
    try {
      for await (const chunk of await open(AbortSignal.any([signal, this.#left.signal])))
        for (const line of lines.push(chunk)) onLine(line);
      return this.#left.signal.aborted || signal.aborted ? { how: "left" } : { how: "ended", rest: lines.end() };
    } catch (error) {
      return this.#left.signal.aborted || signal.aborted
        ? { how: "left" }
        : { how: "broken", because: firstLine(error), isRefused: isRefusal(error) };
    } finally {
      this.#over.abort(OVER);
    }
  }

  async #giveWay(): Promise<void> {
    const { clock, share } = this.#options;
    try {
      do await clock.sleep(share.ms, this.#over.signal);
      while (!share.isAwaited());
      this.#left.abort(OVER);
    } catch {
      // The reading is over.
    }
  }
}
