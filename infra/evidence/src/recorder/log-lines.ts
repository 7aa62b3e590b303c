import { StringDecoder } from "node:string_decoder";

/** A line of a log as the API server sends it with timestamps. */
export interface LogLine {
  /** As it was sent: RFC 3339 with nanoseconds; undefined for words of the kubelet itself. */
  readonly time: string | undefined;
  readonly text: string;
  /** Characters that were too many to be kept. */
  readonly cut: number;
}

/** Longest line that is kept in memory. */
const LONGEST = 64 * 1024;

const TIMED = /^(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?(?:Z|[+-]\d{2}:\d{2})) ?/;

const lineOf = (line: string, cut: number): LogLine => {
  const [behind, time] = TIMED.exec(line) ?? ["", undefined];
  return { time, text: line.slice(behind.length).replace(/\r$/, ""), cut };
};

/** Cuts bytes into lines, and lines that do not end. */
export class LogLines {
  readonly #decoder = new StringDecoder("utf8");
  #rest = "";
  #cut = 0;

  push(chunk: Uint8Array): LogLine[] {
    const parts = this.#decoder.write(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength)).split("\n");
    const last = parts.pop() ?? "";
    const lines = parts.map((part) => {
      this.#grow(part);
      return this.#take();
    });
    this.#grow(last);
    return lines;
  }

  /** What came after the last end of a line, and may be half of one. */
  end(): LogLine | undefined {
    return this.#rest === "" ? undefined : this.#take();
  }

  #grow(part: string): void {
    const room = LONGEST - this.#rest.length;
    this.#cut += Math.max(part.length - room, 0);
    this.#rest += part.slice(0, Math.max(room, 0));
  }

  #take(): LogLine {
    const line = lineOf(this.#rest, this.#cut);
    this.#rest = "";
    this.#cut = 0;
    return line;
  }
}
