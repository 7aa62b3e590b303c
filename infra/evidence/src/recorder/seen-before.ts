import { createHash } from "node:crypto";

/** Remembers which texts it was asked about, as far as the last `limit` of them at least and twice as many at most. */
export class SeenBefore {
  readonly #limit: number;
  #young = new Set<string>();
  #old = new Set<string>();

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Whether this very text was there before; it is from now on. */
  has(text: string): boolean {
    const key = createHash("sha1").update(text).digest("base64").slice(0, 16);
    if (this.#young.has(key)) return true;
    const wasOld = this.#old.has(key);
    this.#young.add(key);
    if (this.#young.size >= this.#limit) {
      this.#old = this.#young;
      this.#young = new Set();
    }
    return wasOld;
  }
}
