import { eventDataSchema, machineDataSchema, nodeDataSchema, podDataSchema, restoreStepDataSchema } from "@kubera-e2e/schema/fact-data";
import type { EventData, MachineData, NodeData, PodData, RestoreStepData } from "@kubera-e2e/schema/fact-data";
import { logDataSchema, type LogData } from "@kubera-e2e/schema/recorded-data";
import type { Evidence, Fact, FactKind } from "@kubera-e2e/schema/evidence";
import { groupBy } from "./group.ts";

/** One fact with its fields read, and the earliest moment from which its state may have held. */
export interface Seen<D> {
  readonly fact: Fact;
  readonly data: D;
  readonly atMs: number;
  /** Start of the evidence window in which it was looked at. */
  readonly fromMs: number;
}

interface Reader<D> {
  safeParse(data: unknown): { readonly success: true; readonly data: D } | { readonly success: false };
}

interface Entry {
  readonly fact: Fact;
  fromMs: number;
  readonly atMs: number;
}

const placeKey = ({ at, kind, scope }: Fact): string =>
  `${at} ${kind} ${scope.cluster ?? ""} ${scope.namespace ?? ""} ${scope.name ?? scope.node ?? scope.vm ?? ""}`;

const areSame = (a: Fact["data"], b: Fact["data"]): boolean => {
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => a[key] === b[key]);
};

/** Each fact once, however many tests tell it, in the order of time. */
const distinctEntries = (evidences: readonly Evidence[]): Entry[] => {
  const entries = new Map<string, Entry[]>();
  const add = (fact: Fact, fromMs: number): void => {
    const key = placeKey(fact);
    const here = entries.get(key);
    const known = here?.find((entry) => areSame(entry.fact.data, fact.data));
    if (known !== undefined) known.fromMs = Math.min(known.fromMs, fromMs);
    else if (here === undefined) entries.set(key, [{ fact, fromMs, atMs: Date.parse(fact.at) }]);
    else here.push({ fact, fromMs, atMs: Date.parse(fact.at) });
  };
  for (const { window, facts } of evidences) {
    const fromMs = Date.parse(window.from);
    // Calls are their test's own, and no rule over the whole run asks for them.
    for (const fact of facts) if (fact.kind !== "http.exchange") add(fact, fromMs);
  }
  return [...entries.values()].flat().toSorted((a, b) => a.atMs - b.atMs);
};

/** A fact whose fields have other types than its kind promises speaks for nothing. */
const readAll = <D>(entries: readonly Entry[], reader: Reader<D>): Seen<D>[] =>
  entries.flatMap(({ fact, fromMs, atMs }) => {
    const parsed = reader.safeParse(fact.data);
    return parsed.success ? [{ fact, data: parsed.data, atMs, fromMs }] : [];
  });

/** Reads once, at the first call. */
const once = <T>(make: () => T): (() => T) => {
  let made: { readonly value: T } | undefined;
  return () => (made ??= { value: make() }).value;
};

/** The facts of a whole run, each once, in the order of time; each kind is read when it is first asked for. */
export class FactIndex {
  readonly #byKind: ReadonlyMap<string, readonly Entry[]>;
  readonly #events: () => readonly Seen<EventData>[];
  readonly nodes: () => readonly Seen<NodeData>[];
  readonly pods: () => readonly Seen<PodData>[];
  readonly logs: () => readonly Seen<LogData>[];
  readonly machines: () => readonly Seen<MachineData>[];
  readonly restoreSteps: () => readonly Seen<RestoreStepData>[];
  /** When the first evidence of the run begins. */
  readonly runFromMs: number;

  constructor(evidences: readonly Evidence[]) {
    const byKind = groupBy(distinctEntries(evidences), ({ fact }) => fact.kind);
    const reading = <D>(kind: FactKind, reader: Reader<D>) => once(() => readAll(byKind.get(kind) ?? [], reader));
    this.#byKind = byKind;
    this.#events = reading("kubernetes.event", eventDataSchema);
    this.nodes = reading("kubernetes.node", nodeDataSchema);
    this.pods = reading("kubernetes.pod", podDataSchema);
    this.logs = reading("kubernetes.log", logDataSchema);
    this.machines = reading("machine", machineDataSchema);
    this.restoreSteps = reading("restore.step", restoreStepDataSchema);
    this.runFromMs = Math.min(...evidences.map(({ window }) => Date.parse(window.from)));
  }

  has(kind: FactKind): boolean {
    return this.#byKind.has(kind);
  }

  /** All events, or those of some reasons. */
  events(...reasons: readonly string[]): readonly Seen<EventData>[] {
    const events = this.#events();
    return reasons.length === 0 ? events : events.filter(({ data }) => data.reason !== undefined && reasons.includes(data.reason));
  }

  /** Looks at nodes from one moment to another, both included. */
  nodesBetween(fromMs: number, toMs: number): readonly Seen<NodeData>[] {
    return this.nodes().filter(({ atMs }) => atMs >= fromMs && atMs <= toMs);
  }
}

export const iso = (ms: number): string => new Date(ms).toISOString();
