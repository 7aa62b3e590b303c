import type { Fact } from "@kubera-e2e/schema/evidence";
import { fields, isoTime, scope } from "./fact-data.ts";

interface ObjectRef {
  readonly kind?: string;
  readonly namespace?: string;
  readonly name?: string;
}

interface Source {
  readonly component?: string;
  readonly host?: string;
}

/** An event of v1; those of events.k8s.io/v1 call their object, words and old fields otherwise. */
interface RawEvent {
  readonly metadata?: { readonly namespace?: string; readonly creationTimestamp?: string };
  readonly involvedObject?: ObjectRef;
  readonly regarding?: ObjectRef;
  readonly type?: string;
  readonly reason?: string;
  readonly message?: string;
  readonly note?: string;
  readonly count?: number;
  readonly deprecatedCount?: number;
  readonly firstTimestamp?: string | null;
  readonly deprecatedFirstTimestamp?: string | null;
  readonly lastTimestamp?: string | null;
  readonly deprecatedLastTimestamp?: string | null;
  readonly eventTime?: string | null;
  readonly series?: { readonly count?: number; readonly lastObservedTime?: string } | null;
  readonly source?: Source;
  readonly deprecatedSource?: Source;
  readonly reportingComponent?: string;
  readonly reportingController?: string;
}

const lastSeen = (event: RawEvent): string | undefined =>
  [
    event.series?.lastObservedTime,
    event.lastTimestamp,
    event.deprecatedLastTimestamp,
    event.eventTime,
    event.firstTimestamp,
    event.metadata?.creationTimestamp,
  ]
    .map(isoTime)
    .find((time) => time !== undefined);

const firstSeen = (event: RawEvent): string | undefined =>
  [event.firstTimestamp, event.deprecatedFirstTimestamp, event.eventTime].map(isoTime).find((time) => time !== undefined);

const sourceOf = (event: RawEvent): Source => {
  const { component = event.reportingComponent ?? event.reportingController, host } = event.source ?? event.deprecatedSource ?? {};
  return { ...(component !== undefined && { component }), ...(host !== undefined && { host }) };
};

const objectOf = (event: RawEvent): ObjectRef => event.involvedObject ?? event.regarding ?? {};

const nodeOf = (event: RawEvent): string | undefined => {
  const { kind, name } = objectOf(event);
  return kind === "Node" ? name : sourceOf(event).host;
};

/**
 * An Event as a fact: `at` is when it was last seen, the scope its object; `data` as `eventDataSchema` says.
 * Undefined for an object that carries no time.
 */
export const eventFact = (where: { readonly bed: string; readonly cluster: string }, object: object): Fact | undefined => {
  const event: RawEvent = object;
  const at = lastSeen(event);
  if (at === undefined) return undefined;
  const { kind, namespace, name } = objectOf(event);
  const source = sourceOf(event);
  return {
    kind: "kubernetes.event",
    at,
    scope: scope({ ...where, namespace: namespace ?? event.metadata?.namespace, kind, name, node: nodeOf(event) }),
    data: fields({
      type: event.type,
      reason: event.reason,
      message: event.message ?? event.note,
      count: event.series?.count ?? event.count ?? event.deprecatedCount,
      firstTimestamp: firstSeen(event),
      "source.component": source.component,
      "source.host": source.host,
    }),
  };
};
