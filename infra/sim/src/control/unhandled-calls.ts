const LIMIT = 200;

/** What clients asked that the simulator does not know; each line once, in the order of its first time. */
export class UnhandledCalls {
  readonly #lines = new Set<string>();

  note(line: string): void {
    if (this.#lines.size < LIMIT) this.#lines.add(line);
  }

  list(): string[] {
    return [...this.#lines];
  }
}
