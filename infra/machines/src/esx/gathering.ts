/** Long enough for the answers to calls that were made together, short beside any call of vSphere. */
const GATHER_MS = 5;

interface Batch<T> {
  readonly items: T[];
  readonly served: Promise<void>;
}

const unlessAborted = (work: Promise<void>, signal: AbortSignal | undefined): Promise<void> =>
  signal === undefined
    ? work
    : new Promise((resolve, reject) => {
        const onAbort = (): void => reject(signal.reason);
        if (signal.aborted) onAbort();
        signal.addEventListener("abort", onAbort, { once: true });
        void work.then(resolve, reject).finally(() => signal.removeEventListener("abort", onAbort));
      });

/** Serves together what comes within a moment; when that fails, each item alone, so that one cannot spoil the others. */
export class Gathering<T> {
  readonly #serve: (items: readonly T[]) => Promise<void>;
  #next: Batch<T> | undefined;

  constructor(serve: (items: readonly T[]) => Promise<void>) {
    this.#serve = serve;
  }

  /** Rejects with the reason of a signal that aborts meanwhile; the others of the batch are served all the same. */
  add(item: T, signal?: AbortSignal): Promise<void> {
    const batch = (this.#next ??= this.#open());
    batch.items.push(item);
    return unlessAborted(this.#servedIn(batch, item), signal);
  }

  async #servedIn(batch: Batch<T>, item: T): Promise<void> {
    try {
      await batch.served;
    } catch (error) {
      if (batch.items.length === 1) throw error;
      await this.#serve([item]);
    }
  }

  #open(): Batch<T> {
    const items: T[] = [];
    const gathered = new Promise<void>((resolve) => setTimeout(resolve, GATHER_MS));
    const served = gathered.then(() => {
      this.#next = undefined;
      return this.#serve(items);
    });
    return { items, served };
  }
}
