import { factSchema, type Fact } from "@kubera-e2e/schema/evidence";
import { eventFact } from "../event-fact.ts";
import { SeenBefore } from "./seen-before.ts";

/** Sightings that are told apart at least; a quiet cluster tells some hundreds an hour. */
const KNOWN_SIGHTINGS = 50_000;

interface EventMeta {
  readonly metadata?: { readonly uid?: string; readonly namespace?: string; readonly name?: string };
}

export type EventRecord = { readonly fact: Fact } | { readonly malformed: string };

const nameOf = ({ metadata }: EventMeta): string => metadata?.uid ?? `${metadata?.namespace ?? ""}/${metadata?.name ?? ""}`;

/** Turns sightings of events into facts, each once: a list after a break and an etcd that was set back show them again. */
export class EventRecords {
  readonly #where: { readonly bed: string; readonly cluster: string };
  readonly #seen = new SeenBefore(KNOWN_SIGHTINGS);

  constructor(where: { readonly bed: string; readonly cluster: string }) {
    this.#where = where;
  }

  /** Undefined for a sighting that was told before. */
  take(event: object): EventRecord | undefined {
    const made = eventFact(this.#where, event);
    // What tells two sightings of one event apart: its count and time move, and its uid stays.
    const told = `${nameOf(event)} ${JSON.stringify(made ?? event)}`;
    if (this.#seen.has(told)) return undefined;
    if (made === undefined) return { malformed: `event ${nameOf(event)} carries no time` };
    const parsed = factSchema.safeParse(made);
    if (parsed.success) return { fact: parsed.data };
    const [issue] = parsed.error.issues;
    return { malformed: `event ${nameOf(event)} is malformed: ${issue?.path.join(".") ?? ""} ${issue?.message ?? ""}` };
  }
}
