/** Tells whoever waits that something in the inventory may have changed. */
export class Changes {
  readonly #listeners = new Set<() => void>();

  touch(): void {
    for (const listener of this.#listeners) listener();
  }

  /** Resolves after the next touch, or as soon as the signal aborts. */
  next(signal: AbortSignal): Promise<void> {
    if (signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const done = (): void => {
        this.#listeners.delete(done);
        signal.removeEventListener("abort", done);
        resolve();
      };
      this.#listeners.add(done);
      signal.addEventListener("abort", done, { once: true });
    });
  }
}
