import type { StoreEvent } from "./store.ts";

/** The last events of a store. It lives in the API server's memory: after a boot it starts empty, at the disk's revision. */
export class EventHistory {
  readonly #limit: number;
  #events: StoreEvent[] = [];
  #forgottenUpTo: number;

  constructor(revision: number, limit: number) {
    this.#forgottenUpTo = revision;
    this.#limit = limit;
  }

  add(event: StoreEvent): void {
    this.#events.push(event);
    if (this.#events.length < 2 * this.#limit) return;
    const dropped = this.#events.length - this.#limit;
    this.#forgottenUpTo = this.#events[dropped - 1]?.revision ?? this.#forgottenUpTo;
    this.#events = this.#events.slice(dropped);
  }

  since(revision: number): readonly StoreEvent[] | undefined {
    if (revision < this.#forgottenUpTo) return undefined;
    return this.#events.filter((event) => event.revision > revision);
  }
}
