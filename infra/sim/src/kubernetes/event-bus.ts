import type { StoreEvent } from "./store.ts";

/** Tells every listener every event in order of revision, also when a listener writes while it is told. */
export class EventBus {
  /** Replaced, never changed: who begins to listen during an event is told from the next one on. */
  #listeners: readonly ((event: StoreEvent) => void)[] = [];
  readonly #waiting: StoreEvent[] = [];
  #telling = false;

  listen(listener: (event: StoreEvent) => void): () => void {
    const own = (event: StoreEvent): void => listener(event);
    this.#listeners = [...this.#listeners, own];
    return () => {
      this.#listeners = this.#listeners.filter((listener) => listener !== own);
    };
  }

  tell(event: StoreEvent): void {
    this.#waiting.push(event);
    if (this.#telling) return;
    this.#telling = true;
    try {
      for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) this.#tellAll(next);
    } finally {
      this.#telling = false;
    }
  }

  clear(): void {
    this.#listeners = [];
  }

  #tellAll(event: StoreEvent): void {
    for (const listener of this.#listeners) {
      try {
        listener(event);
      } catch (error) {
        // A broken listener is a fault of the simulator; the writer and the other listeners must not feel it.
        queueMicrotask(() => {
          throw error;
        });
      }
    }
  }
}
