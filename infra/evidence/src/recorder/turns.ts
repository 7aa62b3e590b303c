/** How many may do something at a time; the others wait in the order in which they came. */
export class Turns {
  #free: number;
  readonly #waiting: (() => void)[] = [];

  constructor(places: number) {
    this.#free = places;
  }

  /** Whether somebody waits. */
  get isCrowded(): boolean {
    return this.#waiting.length > 0;
  }

  /** Resolves when it is one's turn, or when the signal aborts. */
  async take(signal: AbortSignal): Promise<void> {
    this.#free -= 1;
    if (this.#free >= 0) return;
    await new Promise<void>((resolve) => {
      // The signal is that of a whole run, and would keep a listener for each turn of it.
      const go = (): void => {
        signal.removeEventListener("abort", go);
        resolve();
      };
      this.#waiting.push(go);
      signal.addEventListener("abort", go, { once: true });
    });
  }

  /** Every turn that was taken is given back once. */
  give(): void {
    this.#free += 1;
    this.#waiting.shift()?.();
  }
}
