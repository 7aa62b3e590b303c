import type { KubeObject, ObservedKind } from "./kube-client.ts";
import type { Reflector } from "./reflector.ts";

/** Makes a reflector that calls back on every change. */
export type MakeReflector = (wake: () => void) => Reflector;

class SharedKind {
  readonly reflector: Reflector;
  readonly #stop = new AbortController();
  readonly #listeners = new Set<() => void>();
  observers = 0;

  constructor(make: MakeReflector) {
    this.reflector = make(() => this.#wake());
    // Its own callbacks never throw, so a rejection would be a defect that must be heard.
    void this.reflector.run(this.#stop.signal);
  }

  subscribe(wake: () => void): () => void {
    this.#listeners.add(wake);
    return () => this.#listeners.delete(wake);
  }

  stop(): void {
    this.#stop.abort();
  }

  #wake(): void {
    for (const listener of this.#listeners) listener();
  }
}

class Observer implements ObservedKind {
  readonly #shared: SharedKind;
  readonly #leave: () => void;
  #closed = false;

  constructor(shared: SharedKind, leave: () => void) {
    this.#shared = shared;
    this.#leave = leave;
  }

  get objects(): ReadonlyMap<string, KubeObject> | undefined {
    return this.#shared.reflector.objects;
  }

  get trouble(): Error | undefined {
    return this.#shared.reflector.trouble;
  }

  subscribe(wake: () => void): () => void {
    return this.#shared.subscribe(wake);
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#leave();
  }
}

/** One reflector for all who observe the same kind and namespace; it ends with the last of them. */
export class SharedKinds {
  readonly #shared = new Map<string, SharedKind>();

  observe(key: string, make: MakeReflector): ObservedKind {
    const shared = this.#shared.get(key) ?? new SharedKind(make);
    this.#shared.set(key, shared);
    shared.observers += 1;
    return new Observer(shared, () => this.#leave(key, shared));
  }

  close(): void {
    for (const shared of this.#shared.values()) shared.stop();
    this.#shared.clear();
  }

  #leave(key: string, shared: SharedKind): void {
    shared.observers -= 1;
    if (shared.observers > 0) return;
    shared.stop();
    if (this.#shared.get(key) === shared) this.#shared.delete(key);
  }
}
