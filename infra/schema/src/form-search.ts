/** No form is shorter. */
export const SHORTEST_FORM = 4;
const HEADS = 2 ** 16;

/** A number for the four characters at a place; different ones may share it. */
const headAt = (text: string, at: number): number =>
  (text.charCodeAt(at) ^ (text.charCodeAt(at + 1) << 3) ^ (text.charCodeAt(at + 2) << 6) ^ (text.charCodeAt(at + 3) << 9)) & (HEADS - 1);

/**
 * Finds which of thousands of texts stand in another, reading that once: a run knows a secret for each session of each test, and to look
 * for one after the other takes longer than all else that is done with what the run has stored.
 */
export class FormSearch {
  readonly #byHead = new Map<number, string[]>();
  readonly #isHead = new Uint8Array(HEADS);

  /** Takes a text of at least `SHORTEST_FORM` characters, once. */
  add(form: string): void {
    const head = headAt(form, 0);
    this.#isHead[head] = 1;
    this.#byHead.set(head, [...(this.#byHead.get(head) ?? []), form]);
  }

  /** Whether any stands in the text. */
  finds(text: string): boolean {
    return this.#search(text, 1).size > 0;
  }

  /** All that stand in the text. */
  within(text: string): ReadonlySet<string> {
    return this.#search(text, Infinity);
  }

  #search(text: string, enough: number): ReadonlySet<string> {
    const found = new Set<string>();
    for (let at = 0; at <= text.length - SHORTEST_FORM; at += 1) {
      const head = headAt(text, at);
      if (this.#isHead[head] === 0) continue;
      for (const form of this.#byHead.get(head) ?? []) if (text.startsWith(form, at)) found.add(form);
      if (found.size >= enough) return found;
    }
    return found;
  }
}
