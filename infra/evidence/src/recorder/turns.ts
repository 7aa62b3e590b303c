/** How many may do something at a time; the others wait in the order in which they came. */
export class Turns {
  #free: number;
  readonly #waiting: (() => void)[] = [];

  constructor(places: number) {
    this.#free = places;
  }

  /** Resolves when it is one's turn, or when the signal aborts; true while there are more than have a place. */
  async take(signal: AbortSignal): Promise<boolean> {
    this.#free -= 1;
    if (this.#free >= 0) return false;
    await new Promise<void>((resolve) => {
      this.#waiting.push(resolve);
      signal.addEventListener("abort", () => resolve(), { once: true });
    });
    return true;
  }

  /** Every turn that was taken is given back once. */
  give(): void {
    this.#free += 1;
    this.#waiting.shift()?.();
  }
}
