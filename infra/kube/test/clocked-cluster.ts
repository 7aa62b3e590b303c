import { FakeClock } from "@kubera-e2e/schema/clock";
import type { KubeObject } from "../src/kube-client.ts";
import type { Change } from "../src/object-store.ts";
import { Reflector, type Listing } from "../src/reflector.ts";
import type { WatchEvent } from "../src/watch-stream.ts";

interface Told {
  readonly revision: number;
  readonly atMs: number;
  readonly change: Change;
}

const POLL_MS = 2000;
const revisionOf = ({ metadata }: KubeObject): number => Number(metadata.resourceVersion);

/** One kind of one cluster on a clock by hand, and a reflector of it: lists take their time, watches lag, sockets drop, some changes are never told. */
export class ClockedCluster {
  readonly clock = new FakeClock();
  /** How long lists take: of whole objects, and of names and revisions. What they show is of a third of that. */
  listMs: { whole: () => number; metadata: () => number } = { whole: () => 10, metadata: () => 10 };
  lagMs = 5;
  readonly hidden = new Set<string>();
  lists = { whole: 0, metadata: 0 };
  /** Forms that were shown after a newer one of the same object. */
  readonly regressions: string[] = [];
  readonly reflector: Reflector;
  readonly #objects = new Map<string, KubeObject>();
  readonly #history: Told[] = [];
  readonly #shown = new Map<string, number>();
  readonly #stop = new AbortController();
  readonly #running: Promise<void>;
  #socket = new AbortController();
  #revision = 100;

  constructor(names: readonly string[]) {
    this.reflector = new Reflector({
      clock: this.clock,
      pollMs: POLL_MS,
      list: (signal) => this.#list("whole", signal),
      listMetadata: (signal) => this.#list("metadata", signal),
      open: async (revision, signal) => this.#watch(Number(revision), AbortSignal.any([signal, this.#socket.signal])),
      onChange: (change) => this.#see(change),
    });
    for (const name of names) this.put(name);
    this.#running = this.reflector.run(this.#stop.signal);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    for (let turn = 0; turn < 5; turn += 1) await this.clock.advance(POLL_MS);
    await this.#running;
  }

  put(name: string): void {
    const known = this.#objects.get(name);
    this.#revision += 1;
    const metadata = { name, uid: known?.metadata.uid ?? `uid-${this.#revision}`, resourceVersion: String(this.#revision) };
    const object = { apiVersion: "v1", kind: "Pod", metadata };
    this.#objects.set(name, object);
    this.#tell({ type: known === undefined ? "ADDED" : "MODIFIED", object });
  }

  remove(name: string): void {
    const known = this.#objects.get(name);
    if (known === undefined) return;
    this.#revision += 1;
    this.#objects.delete(name);
    this.#tell({ type: "DELETED", object: { ...known, metadata: { ...known.metadata, resourceVersion: String(this.#revision) } } });
  }

  dropSocket(): void {
    this.#socket.abort();
    this.#socket = new AbortController();
  }

  /** Names of objects that are seen in another form than they are in. */
  get stale(): string[] {
    const seen = this.reflector.objects ?? new Map<string, KubeObject>();
    const names = new Set([...seen.keys(), ...this.#objects.keys()]);
    return [...names].filter((name) => seen.get(name)?.metadata.resourceVersion !== this.#objects.get(name)?.metadata.resourceVersion);
  }

  #tell(change: Change): void {
    this.#history.push({ revision: this.#revision, atMs: this.clock.monotonicMs(), change });
  }

  #see({ object }: Change): void {
    const { name } = object.metadata;
    const newest = this.#shown.get(name) ?? 0;
    if (revisionOf(object) < newest) this.regressions.push(`${name}: ${revisionOf(object)} after ${newest}`);
    this.#shown.set(name, Math.max(newest, revisionOf(object)));
  }

  async #list(what: "whole" | "metadata", signal: AbortSignal): Promise<Listing> {
    this.lists[what] += 1;
    const ms = this.listMs[what]();
    await this.clock.sleep(ms / 3, signal);
    const listing = { items: [...this.#objects.values()], revision: String(this.#revision) };
    await this.clock.sleep((ms * 2) / 3, signal);
    return listing;
  }

  async *#watch(from: number, signal: AbortSignal): AsyncGenerator<WatchEvent> {
    for (let index = this.#history.findIndex(({ revision }) => revision > from); ;) {
      const next = this.#history[index === -1 ? this.#history.length : index];
      const dueMs = next === undefined ? Infinity : next.atMs + this.lagMs;
      if (next !== undefined && dueMs <= this.clock.monotonicMs()) {
        index += 1;
        if (!this.hidden.has(next.change.object.metadata.name)) yield next.change;
      } else {
        await this.clock.sleep(5, signal);
        if (index === -1) index = this.#history.findIndex(({ revision }) => revision > from);
      }
    }
  }
}
