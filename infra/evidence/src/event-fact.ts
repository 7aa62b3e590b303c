import type { Fact } from "@kubera-e2e/schema/evidence";
import { fields, isoTime, scope } from "./fact-data.ts";

interface RawEvent {
  readonly metadata?: { readonly namespace?: string; readonly creationTimestamp?: string };
  readonly involvedObject?: { readonly kind?: string; readonly namespace?: string; readonly name?: string };
  readonly type?: string;
  readonly reason?: string;
  readonly message?: string;
  readonly count?: number;
  readonly firstTimestamp?: string | null;
  readonly lastTimestamp?: string | null;
  readonly eventTime?: string | null;
  readonly series?: { readonly count?: number; readonly lastObservedTime?: string };
  readonly source?: { readonly component?: string; readonly host?: string };
  readonly reportingComponent?: string;
}

const lastSeen = (event: RawEvent): string | undefined =>
  isoTime(event.series?.lastObservedTime) ??
  isoTime(event.lastTimestamp) ??
  isoTime(event.eventTime) ??
  isoTime(event.firstTimestamp) ??
  isoTime(event.metadata?.creationTimestamp);

const nodeOf = (event: RawEvent): string | undefined =>
  event.involvedObject?.kind === "Node" ? event.involvedObject.name : event.source?.host;

/**
 * A core/v1 Event as a fact: `at` is when it was last seen, the scope its involved object; `data` as `eventDataSchema` says.
 * Undefined for an object that carries no time.
 */
export const eventFact = (where: { readonly bed: string; readonly cluster: string }, object: object): Fact | undefined => {
  const event: RawEvent = object;
  const at = lastSeen(event);
  if (at === undefined) return undefined;
  const { kind, namespace, name } = event.involvedObject ?? {};
  return {
    kind: "kubernetes.event",
    at,
    scope: scope({ ...where, namespace: namespace ?? event.metadata?.namespace, kind, name, node: nodeOf(event) }),
    data: fields({
      type: event.type,
      reason: event.reason,
      message: event.message,
      count: event.series?.count ?? event.count,
      firstTimestamp: isoTime(event.firstTimestamp) ?? isoTime(event.eventTime),
      "source.component": event.source?.component ?? event.reportingComponent,
      "source.host": event.source?.host,
    }),
  };
};
