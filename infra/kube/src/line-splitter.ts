import { StringDecoder } from "node:string_decoder";

/**
 * Cuts a stream of bytes into lines by hand: `readline` crashes the process when its socket breaks.
 * Empty lines are dropped; a last line without an end is kept back, for it may be half an object.
 */
export class LineSplitter {
  readonly #decoder = new StringDecoder("utf8");
  #parts: string[] = [];

  push(chunk: Buffer): string[] {
    const text = this.#decoder.write(chunk);
    const [first = "", ...rest] = text.split("\n");
    this.#parts.push(first);
    const last = rest.pop();
    if (last === undefined) return [];
    const lines = [this.#parts.join(""), ...rest];
    this.#parts = [last];
    return lines.map((line) => line.trim()).filter((line) => line !== "");
  }

  /** What came after the last end of a line. */
  get rest(): string {
    return this.#parts.join("");
  }
}
