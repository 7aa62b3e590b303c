import { collect, objectContent, type Collected } from "./collect.ts";
import type { Call, Find, ManagedObject, Methods } from "./managed-object.ts";
import { readFilterSpec, type FilterSpec } from "./property-spec.ts";
import { PROPERTY_COLLECTOR } from "./service-objects.ts";
import type { Session } from "./session.ts";
import { difference, NOTHING_SEEN, type Seen } from "./update-set.ts";
import { data, list, ref, refs, type Data, type Ref, type Value } from "./value.ts";
import {
  invalidArgument,
  invalidCollectorVersion,
  managedObjectNotFound,
  notAuthenticated,
  notSupported,
  requestCanceled,
  VimFault,
} from "./vim-fault.ts";
import type { World } from "./world.ts";
import type { XmlElement } from "./xml-element.ts";

interface Filter {
  readonly ref: Ref;
  readonly spec: FilterSpec;
}

/** What all filters showed, by filter id, at one version of the collector. */
type Baseline = ReadonlyMap<string, Seen>;

interface Page {
  readonly rest: readonly Collected[];
  readonly size: number;
}

const LONGEST_TIMER_MS = 2 ** 31 - 1;

const readSpecs = (args: XmlElement): readonly FilterSpec[] => {
  const specs = args.all("specSet").map(readFilterSpec);
  if (specs.length === 0) throw invalidArgument("specSet", "at least one is required");
  return specs;
};

/** A property collector of one session: reads properties, and waits until they change. */
export class PropertyCollector implements ManagedObject {
  readonly ref: Ref;
  readonly properties = { filter: (): Value => refs([...this.#filters.values()].map((filter) => filter.ref)) };
  readonly methods: Methods;
  readonly #world: World;
  readonly #session: Session;
  readonly #find: Find;
  readonly #filters = new Map<string, Filter>();
  readonly #pages = new Map<string, Page>();
  readonly #destroyed = new AbortController();
  #baselines = new Map<number, Baseline>();
  #version = 0;
  #pageCount = 0;
  #wait: AbortController | undefined;

  constructor(world: World, session: Session, collector: Ref) {
    this.ref = collector;
    this.#world = world;
    this.#session = session;
    this.#find = (wanted) => session.objects.get(wanted.id) ?? world.find(wanted);
    this.methods = {
      RetrieveProperties: ({ args }) =>
        readSpecs(args)
          .flatMap((spec) => collect(this.#find, spec))
          .map(objectContent),
      RetrievePropertiesEx: ({ args }) => this.#retrieve(args),
      ContinueRetrievePropertiesEx: ({ args }) => this.#continue(args.required("token")),
      CancelRetrievePropertiesEx: ({ args }) => (this.#pages.delete(args.required("token")), undefined),
      CreateFilter: ({ args }) => this.#createFilter(args),
      CreatePropertyCollector: () => session.add(new PropertyCollector(world, session, ref("PropertyCollector", session.newId()))),
      DestroyPropertyCollector: () => this.#destroy(),
      WaitForUpdatesEx: (call) => this.#waitForUpdates(call, call.args.child("options")),
      WaitForUpdates: (call) => this.#waitForUpdates(call, undefined),
      CheckForUpdates: ({ args }) => this.#updates(args.textOf("version") ?? "", Infinity),
      CancelWaitForUpdates: () => (this.#wait?.abort(requestCanceled()), undefined),
    };
  }

  #retrieve(args: XmlElement): Value | undefined {
    const found = readSpecs(args).flatMap((spec) => collect(this.#find, spec));
    const size = args.child("options")?.int("maxObjects") ?? found.length;
    if (size < 1 && found.length > 0) throw invalidArgument("maxObjects", "it must be positive");
    return found.length === 0 ? undefined : this.#page({ rest: found, size });
  }

  #continue(token: string): Value {
    const page = this.#pages.get(token);
    if (page === undefined) throw invalidArgument("token", "it is not the one answered last");
    this.#pages.delete(token);
    return this.#page(page);
  }

  #page({ rest, size }: Page): Data {
    let token: string | undefined;
    if (rest.length > size) {
      this.#pageCount += 1;
      token = String(this.#pageCount);
      this.#pages.set(token, { rest: rest.slice(size), size });
    }
    return data("RetrieveResult", { token, objects: list("ObjectContent", rest.slice(0, size).map(objectContent)) });
  }

  #createFilter(args: XmlElement): Ref {
    const element = args.child("spec");
    if (element === undefined) throw invalidArgument("spec", "it is required");
    const spec = readFilterSpec(element);
    collect(this.#find, spec);
    const filter = ref("PropertyFilter", this.#session.newId());
    this.#filters.set(filter.id, { ref: filter, spec });
    this.#world.changes.touch();
    return this.#session.add({
      ref: filter,
      properties: { partialUpdates: () => args.flag("partialUpdates") ?? false },
      methods: { DestroyPropertyFilter: () => (this.#dropFilter(filter.id), undefined) },
    });
  }

  #dropFilter(id: string): void {
    this.#filters.delete(id);
    this.#session.objects.delete(id);
  }

  #destroy(): undefined {
    if (this.ref.id === PROPERTY_COLLECTOR.id) throw notSupported("the session's default collector cannot be destroyed");
    this.#session.objects.delete(this.ref.id);
    for (const id of this.#filters.keys()) this.#dropFilter(id);
    this.#destroyed.abort();
    return undefined;
  }

  async #waitForUpdates(call: Call, options: XmlElement | undefined): Promise<Value | undefined> {
    const version = call.args.textOf("version")?.trim() ?? "";
    const maxWaitSeconds = options?.int("maxWaitSeconds");
    const limit = options?.int("maxObjectUpdates") ?? Infinity;
    if ((maxWaitSeconds ?? 0) < 0) throw invalidArgument("maxWaitSeconds", "it must not be negative");
    if (limit < 1) throw invalidArgument("maxObjectUpdates", "it must be positive");
    this.#wait?.abort(requestCanceled());
    const wait = new AbortController();
    this.#wait = wait;
    const timer =
      maxWaitSeconds === undefined ? undefined : setTimeout(() => wait.abort(), Math.min(maxWaitSeconds * 1000, LONGEST_TIMER_MS));
    const signal = AbortSignal.any([wait.signal, call.signal, this.#destroyed.signal, this.#session.signal]);
    try {
      return await this.#nextUpdates({ version, limit, signal });
    } finally {
      clearTimeout(timer);
    }
  }

  async #nextUpdates(parts: {
    readonly version: string;
    readonly limit: number;
    readonly signal: AbortSignal;
  }): Promise<Value | undefined> {
    for (;;) {
      const updates = this.#updates(parts.version, parts.limit);
      if (updates !== undefined) return updates;
      await this.#world.changes.next(parts.signal);
      if (this.#session.signal.aborted) throw notAuthenticated(this.ref);
      if (this.#destroyed.signal.aborted) throw managedObjectNotFound(this.ref);
      if (parts.signal.aborted) return this.#ended(parts);
    }
  }

  /** Why a wait ended without updates: its time is over, or somebody cancelled it. */
  #ended(parts: { readonly version: string; readonly limit: number; readonly signal: AbortSignal }): Value | undefined {
    if (parts.signal.reason instanceof VimFault) throw parts.signal.reason;
    return this.#updates(parts.version, parts.limit);
  }

  /** Updates since a version, or undefined when there are none. The answered version and the one before it may be asked for. */
  #updates(version: string, limit: number): Data | undefined {
    const before = version === "" ? new Map<string, Seen>() : this.#baselines.get(Number(version));
    if (before === undefined) throw invalidCollectorVersion();
    const baseline = new Map<string, Seen>();
    const filterSet: Data[] = [];
    let room = limit;
    let truncated = false;
    for (const { ref: filter, spec } of this.#filters.values()) {
      const found = difference(before.get(filter.id) ?? NOTHING_SEEN, collect(this.#find, { ...spec, skipMissing: true }), room);
      room -= found.updates.length;
      truncated ||= found.truncated;
      baseline.set(filter.id, found.seen);
      if (found.updates.length > 0)
        filterSet.push(data("PropertyFilterUpdate", { filter, objectSet: list("ObjectUpdate", found.updates) }));
    }
    if (filterSet.length === 0) return undefined;
    return data("UpdateSet", { version: this.#remember(baseline, version), filterSet: list("PropertyFilterUpdate", filterSet), truncated });
  }

  #remember(baseline: Baseline, from: string): string {
    this.#version += 1;
    const previous = this.#baselines.get(Number(from));
    this.#baselines = new Map(from === "" || previous === undefined ? [] : [[Number(from), previous]]);
    this.#baselines.set(this.#version, baseline);
    return String(this.#version);
  }
}
