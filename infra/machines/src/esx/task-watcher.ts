import { KuberaError } from "@kubera-e2e/schema/kubera-error";
import type { CallOptions } from "../port.ts";
import { Gathering } from "./gathering.ts";
import { refOf, type ManagedObject } from "./managed-object.ts";
import { filterSpec, retrieve } from "./property-collector.ts";
import type { Session } from "./session.ts";
import { isFault, readLocalizedFault, SoapFault } from "./soap-fault.ts";
import { branch, leaf, type XmlElement } from "./xml.ts";

const PATHS = ["info.state", "info.progress", "info.error", "info.result"];
const WAIT_SECONDS = 30;
/** Interruptions in a row after which the tasks are given up. */
const PATIENCE = 3;

/** Asks for the changes of some tasks; it ends with its session. */
interface Filter {
  readonly ref: ManagedObject;
  readonly generation: number;
}

interface Watched {
  readonly task: ManagedObject;
  readonly method: string;
  readonly options: CallOptions;
  readonly values: Map<string, XmlElement>;
  /** Shared with the tasks that began together with this one. */
  filter?: Filter;
  readonly resolve: (result: string) => void;
  readonly reject: (error: unknown) => void;
}

const isInterruption = (error: unknown): boolean =>
  isFault(error, "NotAuthenticated", "ManagedObjectNotFound", "InvalidCollectorVersion", "RequestCanceled") ||
  (error instanceof KuberaError && (error.code === "CONNECTION_LOST" || error.code === "TIMED_OUT"));

/**
 * Awaits any number of tasks with one property collector and one long poll for all of them; tasks that begin together share a filter.
 * Their first state is read directly, since not every server tells a pending poll about a new filter.
 * A poll outlives its tasks until the watcher is closed: one that was hung up would go on at the server and swallow what the next should hear.
 */
export class TaskWatcher {
  readonly #session: Session;
  readonly #watched = new Map<string, Watched>();
  #unused: Filter[] = [];
  readonly #beginning = new Gathering<ManagedObject>((tasks) => this.#begin(tasks));
  #collector: Promise<ManagedObject> | undefined;
  #generation = -1;
  #polling = false;
  readonly #closing = new AbortController();

  constructor(session: Session) {
    this.#session = session;
  }

  /** The task's result as text; throws `SoapFault` when it failed, the signal's reason when it was cancelled. */
  async run(task: ManagedObject, method: string, options: CallOptions = {}): Promise<string> {
    const { signal } = options;
    let onAbort = (): void => {};
    const result = new Promise<string>((resolve, reject) => {
      this.#watched.set(task.value, { task, method, options, values: new Map(), resolve, reject });
      onAbort = () => void this.#cancel(task).then(() => reject(signal?.reason));
    });
    signal?.addEventListener("abort", onAbort, { once: true });
    if (signal?.aborted === true) onAbort();
    try {
      await Promise.race([result, this.#beginning.add(task)]);
      return await result;
    } finally {
      signal?.removeEventListener("abort", onAbort);
      const filter = this.#watched.get(task.value)?.filter;
      this.#watched.delete(task.value);
      this.#release(filter);
    }
  }

  async #begin(tasks: readonly ManagedObject[]): Promise<void> {
    const filter = await this.#newFilter(tasks);
    for (const task of tasks) this.#assign(this.#watched.get(task.value), filter);
    this.#release(filter);
    await this.#look(tasks);
    if (!tasks.every((task) => this.#isOver(task))) this.#poll();
  }

  #assign(watched: Watched | undefined, filter: Filter): void {
    if (watched === undefined) return;
    const before = watched.filter;
    watched.filter = filter;
    this.#release(before);
  }

  #release(filter: Filter | undefined): void {
    const isUsed = [...this.#watched.values()].some((watched) => watched.filter === filter);
    if (filter !== undefined && !isUsed) this.#unused.push(filter);
  }

  /**
   * A server works through every filter at every change, also through those of tasks that ended long ago.
   * Between two polls, since vcsim forgets what it was about to tell of one filter while another is destroyed.
   */
  async #dropUnused(): Promise<void> {
    const dropped = this.#unused.filter(({ generation }) => generation === this.#session.generation);
    this.#unused = [];
    const drop = ({ ref: self }: Filter) => this.#session.call({ method: "DestroyPropertyFilter", self, timeoutMs: 5000 });
    await Promise.allSettled(dropped.map(drop));
  }

  async #cancel(task: ManagedObject): Promise<void> {
    // Tasks that cannot be cancelled, or have just ended, answer with a fault.
    await this.#session.call({ method: "CancelTask", self: task, timeoutMs: 5000 }).catch(() => {});
  }

  #isOver(task: ManagedObject): boolean {
    const watched = this.#watched.get(task.value);
    const state = watched?.values.get("info.state")?.text;
    return watched === undefined || state === "success" || state === "error";
  }

  #newFilter(tasks: readonly ManagedObject[]): Promise<Filter> {
    return this.#session.withObjects(async () => {
      // Read before the call: a session that ends during it takes the filter along.
      const { generation } = this.#session;
      return { ref: await this.#addFilter(tasks), generation };
    });
  }

  async #filterAgain(all: readonly Watched[]): Promise<void> {
    if (all.length === 0) return;
    try {
      const filter = await this.#newFilter(all.map(({ task }) => task));
      for (const watched of all) watched.filter = filter;
    } catch (error) {
      if (!isFault(error, "ManagedObjectNotFound")) throw error;
      // One that has vanished must not take the others with it.
      if (all.length === 1) all[0]?.reject(error);
      else for (const watched of all) await this.#filterAgain([watched]);
    }
  }

  /** A session that ended between asking for a task's changes and waiting for them took the filter along; nobody would ever tell. */
  async #renewFilters(): Promise<void> {
    const { generation } = this.#session;
    await this.#filterAgain([...this.#watched.values()].filter(({ filter }) => filter !== undefined && filter.generation !== generation));
  }

  async #addFilter(objects: readonly ManagedObject[]): Promise<ManagedObject> {
    const self = await this.#ownCollector();
    const args = [filterSpec("spec", { type: "Task", paths: PATHS, objects }), leaf("partialUpdates", false)];
    const [filter] = await this.#session.call({ method: "CreateFilter", self, args });
    return filter === undefined ? { type: "PropertyFilter", value: "" } : refOf(filter);
  }

  #ownCollector(): Promise<ManagedObject> {
    if (this.#collector !== undefined && this.#generation === this.#session.generation) return this.#collector;
    this.#generation = this.#session.generation;
    this.#collector = this.#createCollector().catch((error: unknown) => {
      this.#collector = undefined;
      throw error;
    });
    return this.#collector;
  }

  async #createCollector(): Promise<ManagedObject> {
    const { propertyCollector } = await this.#session.content();
    const [created] = await this.#session.call({ method: "CreatePropertyCollector", self: propertyCollector });
    return created === undefined ? propertyCollector : refOf(created);
  }

  /** Reads the tasks' state directly. */
  async #look(objects: readonly ManagedObject[]): Promise<void> {
    const found = await retrieve(this.#session, { type: "Task", paths: PATHS, objects });
    for (const { ref, properties } of found) this.#learn(ref.value, properties);
  }

  #poll(): void {
    if (this.#polling) return;
    this.#polling = true;
    void this.#pollAll().finally(() => {
      this.#polling = false;
    });
  }

  async #pollAll(): Promise<void> {
    let at: { readonly collector?: ManagedObject; readonly version: string } = { version: "" };
    let interruptions = 0;
    while (this.#watched.size > 0) {
      try {
        await Promise.all([this.#renewFilters(), this.#dropUnused()]);
        const collector = await this.#ownCollector();
        const version = collector === at.collector ? at.version : "";
        const next = await this.#waitForUpdates(collector, version);
        at = { collector, version: next ?? version };
        if (next === undefined) await this.#look([...this.#watched.values()].map(({ task }) => task));
        interruptions = 0;
      } catch (error) {
        if (this.#watched.size === 0) return;
        interruptions += 1;
        if (!isInterruption(error) || interruptions > PATIENCE || !(await this.#startAgain())) return this.#giveUp(error);
        at = { version: "" };
      }
    }
  }

  /** The next version, or nothing when the server had none to tell for so long. */
  async #waitForUpdates(self: ManagedObject, version: string): Promise<string | undefined> {
    const args = [leaf("version", version), branch("options", [leaf("maxWaitSeconds", WAIT_SECONDS)])];
    const timeoutMs = (WAIT_SECONDS + 30) * 1000;
    const { signal } = this.#closing;
    const [update] = await this.#session.call({ method: "WaitForUpdatesEx", self, args, timeoutMs, reads: true, signal });
    for (const object of (update?.all("filterSet") ?? []).flatMap((set) => set.all("objectSet"))) this.#apply(object);
    return update?.textOf("version") || undefined;
  }

  /** A new collector with a filter for the tasks that are still awaited, for the old one may be gone. */
  async #startAgain(): Promise<boolean> {
    this.#collector = undefined;
    try {
      await this.#filterAgain([...this.#watched.values()]);
      return true;
    } catch {
      return false;
    }
  }

  #giveUp(error: unknown): void {
    for (const watched of this.#watched.values()) watched.reject(error);
  }

  #apply(object: XmlElement): void {
    const id = object.textOf("obj");
    const watched = this.#watched.get(id);
    if (watched === undefined) return;
    if (object.textOf("kind") === "leave") {
      const gone = new SoapFault("ManagedObjectNotFound", "the task is gone before it ended", { method: watched.method });
      watched.reject(gone);
      return;
    }
    const changes = object.all("changeSet").flatMap((change): [string, XmlElement][] => {
      const value = change.find("val");
      return value === undefined ? [] : [[change.textOf("name"), value]];
    });
    this.#learn(id, new Map(changes));
  }

  #learn(id: string, values: ReadonlyMap<string, XmlElement>): void {
    const watched = this.#watched.get(id);
    if (watched === undefined) return;
    for (const [path, value] of values) watched.values.set(path, value);
    const progress = Number.parseInt(values.get("info.progress")?.text ?? "", 10);
    if (!Number.isNaN(progress)) watched.options.onProgress?.(progress);
    this.#settle(watched);
  }

  #settle({ values, method, resolve, reject }: Watched): void {
    const state = values.get("info.state")?.text;
    if (state === "success") resolve(values.get("info.result")?.text ?? "");
    if (state !== "error") return;
    const error = values.get("info.error");
    reject(error === undefined ? new SoapFault("UnknownFault", "the task names no error", { method }) : readLocalizedFault(method, error));
  }

  /** The collector's own end; its filters go with it. */
  async close(): Promise<void> {
    this.#closing.abort();
    const collector = await this.#collector?.catch(() => {});
    this.#collector = undefined;
    if (collector === undefined) return;
    await this.#session.call({ method: "DestroyPropertyCollector", self: collector, timeoutMs: 5000 }).catch(() => {});
  }
}
