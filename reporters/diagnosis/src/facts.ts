import { eventDataSchema, machineDataSchema, nodeDataSchema, podDataSchema, restoreStepDataSchema } from "@kubera-e2e/schema/fact-data";
import type { EventData, MachineData, NodeData, PodData, RestoreStepData } from "@kubera-e2e/schema/fact-data";
import type { Evidence, Fact, FactKind } from "@kubera-e2e/schema/evidence";

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
  readonly fromMs: number;
}

const keyOf = (fact: Fact): string => JSON.stringify([fact.kind, fact.at, fact.scope, fact.data]);

/** The facts of a whole run, each once, in the order of time. */
export class FactIndex {
  readonly #entries: readonly Entry[];
  /** When the first evidence of the run begins. */
  readonly runFromMs: number;

  constructor(evidences: readonly Evidence[]) {
    const entries = new Map<string, Entry>();
    for (const evidence of evidences) {
      const fromMs = Date.parse(evidence.window.from);
      for (const fact of evidence.facts) {
        const key = keyOf(fact);
        const known = entries.get(key);
        if (known === undefined || fromMs < known.fromMs) entries.set(key, { fact, fromMs });
      }
    }
    this.#entries = [...entries.values()].toSorted((a, b) => Date.parse(a.fact.at) - Date.parse(b.fact.at));
    this.runFromMs = Math.min(...evidences.map(({ window }) => Date.parse(window.from)));
  }

  has(kind: FactKind): boolean {
    return this.#entries.some((entry) => entry.fact.kind === kind);
  }

  events(...reasons: readonly string[]): Seen<EventData>[] {
    const events = this.#read("kubernetes.event", eventDataSchema);
    return reasons.length === 0 ? events : events.filter(({ data }) => data.reason !== undefined && reasons.includes(data.reason));
  }

  nodes(): Seen<NodeData>[] {
    return this.#read("kubernetes.node", nodeDataSchema);
  }

  pods(): Seen<PodData>[] {
    return this.#read("kubernetes.pod", podDataSchema);
  }

  machines(): Seen<MachineData>[] {
    return this.#read("machine", machineDataSchema);
  }

  restoreSteps(): Seen<RestoreStepData>[] {
    return this.#read("restore.step", restoreStepDataSchema);
  }

  /** A fact whose fields have other types than its kind promises speaks for nothing. */
  #read<D>(kind: FactKind, schema: Reader<D>): Seen<D>[] {
    return this.#entries.flatMap(({ fact, fromMs }) => {
      const parsed = fact.kind === kind ? schema.safeParse(fact.data) : undefined;
      return parsed?.success === true ? [{ fact, data: parsed.data, atMs: Date.parse(fact.at), fromMs }] : [];
    });
  }
}

export const iso = (ms: number): string => new Date(ms).toISOString();
