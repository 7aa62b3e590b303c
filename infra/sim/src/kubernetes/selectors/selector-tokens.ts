const TOKEN = /\s*(==|!=|[=!(),<>]|[^\s=!(),<>]+)/gy;
const SYMBOL = /^[=!(),<>]/;

/** Reads a label selector token by token; behind its end stands the empty text. */
export class SelectorTokens {
  readonly #tokens: readonly string[];
  #place = 0;

  constructor(text: string) {
    this.#tokens = [...text.matchAll(TOKEN)].map(([, token = ""]) => token);
  }

  get next(): string {
    return this.#tokens[this.#place] ?? "";
  }

  /** Whether a name or value follows, rather than a symbol or the end. */
  get isWord(): boolean {
    return this.next !== "" && !SYMBOL.test(this.next);
  }

  take(): string {
    const token = this.next;
    this.#place += 1;
    return token;
  }
}
