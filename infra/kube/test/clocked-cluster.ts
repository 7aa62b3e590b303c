import { FakeClock } from "@kubera-e2e/schema/clock";
import type { KubeObject } from "../src/kube-client.ts";
import type { Change } from "../src/object-store.ts";
import { Reflector, type Listing } from "../src/reflector.ts";
import type { WatchEvent } from "../src/watch-stream.ts";

interface Told {
  readonly revision: number;
  readonly atMs: number;
  readonly change: Change;
  /** All objects after it. */
  readonly objects: ReadonlyMap<string, Form>;
}

/** An object and what it holds: a number that no other form has, whatever its revision. */
type Form = KubeObject & { readonly form: number };

const POLL_MS = 2000;
const GONE = -1;

/** One kind of one cluster on a clock by hand, and a reflector of it: lists take their time, watches lag, sockets drop, some changes are never told. */
export class ClockedCluster {
  readonly clock = new FakeClock();
  /** How long lists take: of whole objects, and of names and revisions. What they show is of a third of that. */
  listMs: { whole: () => number; metadata: () => number } = { whole: () => 10, metadata: () => 10 };
  lagMs = 5;
  /** Between two bookmarks of a watch that has nothing else to tell; 0: none. */
  bookmarkMs = 0;
  isRefusing = false;
  readonly hidden = new Set<string>();
  lists = { whole: 0, metadata: 0 };
  /** Forms that were shown after a later one of the same object. */
  readonly regressions: string[] = [];
  readonly reflector: Reflector;
  #objects = new Map<string, Form>();
  #history: Told[] = [];
  /** The forms that objects had, in their order, and how far they were shown. */
  readonly #lives = new Map<string, number[]>();
  readonly #shown = new Map<string, number>();
  #forms = 0;
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
    this.#forms += 1;
    const metadata = { name, uid: known?.metadata.uid ?? `uid-${this.#forms}`, resourceVersion: String(this.#revision) };
    const object = { apiVersion: "v1", kind: "Pod", metadata, form: this.#forms };
    this.#objects.set(name, object);
    this.#live(name, object.form);
    this.#tell({ type: known === undefined ? "ADDED" : "MODIFIED", object });
  }

  remove(name: string): void {
    const known = this.#objects.get(name);
    if (known === undefined) return;
    this.#revision += 1;
    this.#objects.delete(name);
    this.#live(name, GONE);
    this.#tell({ type: "DELETED", object: { ...known, metadata: { ...known.metadata, resourceVersion: String(this.#revision) } } });
  }

  /** As an etcd that is restored beneath a server that stays: some changes are undone, and no watch tells of it. */
  setBack(changes: number): void {
    this.#history = this.#history.slice(0, Math.max(1, this.#history.length - changes));
    const last = this.#history.at(-1);
    if (last === undefined) return;
    this.#revision = last.revision;
    this.#objects = new Map(last.objects);
    for (const name of this.#lives.keys()) this.#live(name, this.#objects.get(name)?.form ?? GONE);
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

  #live(name: string, form: number): void {
    this.#lives.set(name, [...(this.#lives.get(name) ?? []), form]);
  }

  #tell(change: Change): void {
    this.#history.push({ revision: this.#revision, atMs: this.clock.monotonicMs(), change, objects: new Map(this.#objects) });
  }

  #see({ type, object }: Change): void {
    const { name } = object.metadata;
    const form = type === "DELETED" ? GONE : (object as Form).form;
    const at = this.#lives.get(name)?.indexOf(form, this.#shown.get(name) ?? 0) ?? GONE;
    if (at === GONE) this.regressions.push(`${type} ${name} of revision ${object.metadata.resourceVersion}`);
    else this.#shown.set(name, at);
  }

  async #list(what: "whole" | "metadata", signal: AbortSignal): Promise<Listing> {
    this.lists[what] += 1;
    const ms = this.listMs[what]();
    await this.clock.sleep(ms / 3, signal);
    if (this.isRefusing) throw new Error("etcd is away");
    const listing = { items: [...this.#objects.values()], revision: String(this.#revision) };
    await this.clock.sleep((ms * 2) / 3, signal);
    return listing;
  }

  async *#watch(from: number, signal: AbortSignal): AsyncGenerator<WatchEvent> {
    let [last, toldMs] = [from, this.clock.monotonicMs()];
    for (;;) {
      const nowMs = this.clock.monotonicMs();
      const next = this.#history.find(({ revision }) => revision > last);
      if (next !== undefined && next.atMs + this.lagMs <= nowMs) {
        last = next.revision;
        toldMs = nowMs;
        if (!this.hidden.has(next.change.object.metadata.name)) yield next.change;
      } else if (next === undefined && this.bookmarkMs > 0 && nowMs - toldMs >= this.bookmarkMs) {
        toldMs = nowMs;
        yield { type: "BOOKMARK", revision: String(this.#revision) };
      } else await this.clock.sleep(10, signal);
    }
  }
}
