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
/** The next poll waits for it. */
const DROP_MS = 1000;

/** Asks for the changes of some tasks; its collector alone tells them, and it ends with that. */
interface Filter {
  readonly ref: ManagedObject;
  readonly collector: ManagedObject;
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
 * A poll that is hung up goes on at the server and swallows what the next should hear, so that its collector ends with it.
 */
export class TaskWatcher {
  readonly #session: Session;
  readonly #watched = new Map<string, Watched>();
  #unused: Filter[] = [];
  readonly #ending = new Set<Promise<void>>();
  readonly #beginning = new Gathering<ManagedObject>((tasks) => this.#begin(tasks));
  #collector: Promise<ManagedObject> | undefined;
  #generation = -1;
  /** Ends the polls for those who wait now. */
  #round = new AbortController();
  #polledRound: AbortController | undefined;
  /** Ends the poll of a collector when another takes its place. */
  #replaced = new AbortController();

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
      if (this.#watched.size === 0) this.#endRound();
    }
  }

  async #begin(tasks: readonly ManagedObject[]): Promise<void> {
    const filter = await this.#newFilter(tasks);
    for (const task of tasks) this.#assign(this.#watched.get(task.value), filter);
    this.#release(filter);
    await this.#look(tasks);
    if (!tasks.every((task) => this.#isOver(task))) this.#poll();
    // All of them were given up while their filter was made.
    if (this.#watched.size === 0) this.#endRound();
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
   * A server works through every filter at every change, also through those of tasks that ended long ago. Between two polls and one by one,
   * since vcsim forgets what it was about to tell of one filter while another is destroyed.
   */
  async #dropUnused(): Promise<void> {
    const dropped = this.#unused;
    this.#unused = [];
    try {
      for (const { ref: self } of dropped) await this.#session.call({ method: "DestroyPropertyFilter", self, timeoutMs: DROP_MS });
    } catch {
      // What is left ends with its collector.
    }
  }

  /** Nobody waits any more: poll, collector and filters go. */
  #endRound(): void {
    this.#round.abort();
    this.#round = new AbortController();
    const collector = this.#generation === this.#session.generation ? this.#collector : undefined;
    this.#collector = undefined;
    this.#unused = [];
    if (collector === undefined) return;
    const ending = this.#destroy(collector).finally(() => this.#ending.delete(ending));
    this.#ending.add(ending);
  }

  async #destroy(collector: Promise<ManagedObject>): Promise<void> {
    try {
      await this.#session.call({ method: "DestroyPropertyCollector", self: await collector, timeoutMs: 5000 });
    } catch {
      // It ends with the session.
    }
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
      const collector = await this.#ownCollector();
      return { ref: await this.#addFilter(collector, tasks), collector };
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

  /** A collector that was replaced between asking for a task's changes and waiting for them took the filter along; nobody would ever tell. */
  async #renewFilters(): Promise<void> {
    const collector = await this.#ownCollector();
    await this.#filterAgain([...this.#watched.values()].filter(({ filter }) => filter !== undefined && filter.collector !== collector));
  }

  async #addFilter(self: ManagedObject, objects: readonly ManagedObject[]): Promise<ManagedObject> {
    const args = [filterSpec("spec", { type: "Task", paths: PATHS, objects }), leaf("partialUpdates", false)];
    const [filter] = await this.#session.call({ method: "CreateFilter", self, args });
    return filter === undefined ? { type: "PropertyFilter", value: "" } : refOf(filter);
  }

  #ownCollector(): Promise<ManagedObject> {
    if (this.#collector !== undefined && this.#generation === this.#session.generation) return this.#collector;
    this.#replaced.abort();
    this.#replaced = new AbortController();
    this.#generation = this.#session.generation;
    const own = this.#createCollector().catch((error: unknown) => {
      if (this.#collector === own) this.#collector = undefined;
      throw error;
    });
    this.#collector = own;
    return own;
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
    if (this.#polledRound === this.#round) return;
    this.#polledRound = this.#round;
    void this.#pollAll(this.#round.signal);
  }

  async #pollAll(over: AbortSignal): Promise<void> {
    let at: { readonly collector?: ManagedObject; readonly version: string } = { version: "" };
    let interruptions = 0;
    while (!over.aborted) {
      try {
        await this.#dropUnused();
        // Last, for a session that died meanwhile took all of them along.
        await this.#renewFilters();
        const collector = await this.#ownCollector();
        const version = collector === at.collector ? at.version : "";
        const next = over.aborted ? undefined : await this.#waitForUpdates(collector, version, over);
        at = { collector, version: next ?? version };
        if (next === undefined && !over.aborted) await this.#look([...this.#watched.values()].map(({ task }) => task));
        interruptions = 0;
      } catch (error) {
        if (over.aborted) return;
        interruptions += 1;
        const goesOn = isInterruption(error) && interruptions <= PATIENCE && (await this.#startAgain());
        // Those who wait now are of another round.
        if (over.aborted) return;
        if (!goesOn) return this.#giveUp(error);
        at = { version: "" };
      }
    }
  }

  /** The next version, or nothing when the server had none to tell for so long, or the collector was replaced. */
  async #waitForUpdates(self: ManagedObject, version: string, over: AbortSignal): Promise<string | undefined> {
    const args = [leaf("version", version), branch("options", [leaf("maxWaitSeconds", WAIT_SECONDS)])];
    const timeoutMs = (WAIT_SECONDS + 30) * 1000;
    const replaced = this.#replaced.signal;
    const call = { method: "WaitForUpdatesEx", self, args, timeoutMs, reads: true, signal: AbortSignal.any([over, replaced]) };
    const [update] = await this.#session.call(call).catch((error: unknown) => {
      if (replaced.aborted) return [];
      throw error;
    });
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
    // Whoever comes now begins anew.
    this.#polledRound = undefined;
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

  /** Rejects what is still awaited. */
  async close(): Promise<void> {
    for (const { method, reject } of this.#watched.values())
      reject(new SoapFault("RequestCanceled", "the connection was closed before the task ended", { method }));
    this.#endRound();
    await Promise.all(this.#ending);
  }
}
