import type { EtcdStore } from "../etcd-store.ts";
import type { SimTime } from "../../datacenter/sim-time.ts";
import type { StoreEvent } from "../store.ts";
import { isFarewell, isRace } from "./cluster-view.ts";
import type { Controller } from "./controller.ts";

export interface LoopOptions {
  readonly store: EtcdStore;
  readonly time: SimTime;
  readonly controllers: readonly Controller[];
  readonly log: (line: string) => void;
}

interface Work {
  readonly controller: Controller;
  readonly key: string;
}

const BATCH = 100;
const RETRY_MS = 1000;
const SHORTEST_PAUSE_MS = 20;

/** Runs controllers on one store: everything once at the start, then what events touch. Stops with its signal. */
export class ControlLoops {
  readonly #options: LoopOptions;
  readonly #queue = new Map<string, Work>();
  readonly #timers = new Map<string, NodeJS.Timeout>();
  #scheduled = false;
  #stopped = false;
  readonly #unwatch: () => void;

  constructor(options: LoopOptions) {
    this.#options = options;
    this.#unwatch = options.store.watch((event) => this.#take(event));
    for (const resource of options.store.registry.all) {
      for (const object of options.store.list(resource)) this.#take({ type: "ADDED", resource, object, revision: options.store.revision });
    }
  }

  stop(): void {
    this.#stopped = true;
    this.#unwatch();
    this.#queue.clear();
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
  }

  #take(event: StoreEvent): void {
    for (const controller of this.#options.controllers) {
      for (const key of controller.affected(event)) this.#enqueue({ controller, key });
    }
  }

  #enqueue(work: Work): void {
    if (this.#stopped) return;
    this.#queue.set(`${work.controller.name} ${work.key}`, work);
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => this.#drain());
  }

  /** A batch at a time, so that a storm of work does not keep the servers of this process waiting. */
  #drain(): void {
    this.#scheduled = false;
    for (const [id, work] of [...this.#queue].slice(0, BATCH)) {
      this.#queue.delete(id);
      this.#run(id, work);
    }
    if (this.#queue.size === 0 || this.#scheduled || this.#stopped) return;
    this.#scheduled = true;
    setImmediate(() => this.#drain());
  }

  #run(id: string, work: Work): void {
    if (this.#stopped) return;
    clearTimeout(this.#timers.get(id));
    this.#timers.delete(id);
    try {
      const again = work.controller.reconcile(work.key);
      if (again !== undefined) this.#later(id, work, again);
    } catch (error) {
      if (!isRace(error) && !isFarewell(error)) this.#options.log(`${work.controller.name} ${work.key}: ${String(error)}`);
      this.#later(id, work, RETRY_MS);
    }
  }

  #later(id: string, work: Work, ms: number): void {
    if (this.#stopped) return;
    const pauseMs = Math.max(ms / this.#options.time.speed, SHORTEST_PAUSE_MS);
    const timer = setTimeout(() => {
      this.#timers.delete(id);
      this.#enqueue(work);
    }, pauseMs);
    this.#timers.set(id, timer);
  }
}
