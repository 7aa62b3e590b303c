import { notYet, reached } from "@kubera-e2e/schema/wait-until";
import { KINDS, type KubeEvent } from "../kinds.ts";
import type { ObjectRef } from "../kube-client.ts";
import { isOfThisBirth, objectOfEvent, timeOfEvent } from "../telling-event.ts";
import { nameOf, type KubeProbe } from "../view.ts";

export interface WantedEvent {
  readonly reason: string;
  readonly type?: "Normal" | "Warning";
  /** What its message holds. */
  readonly message?: string | RegExp;
}

const NAMED_LIMIT = 8;

const holds = (message: string, wanted: string | RegExp | undefined): boolean => {
  if (wanted === undefined) return true;
  return typeof wanted === "string" ? message.includes(wanted) : message.search(wanted) >= 0;
};

const describe = ({ reason, type, message }: WantedEvent): string =>
  [type, reason, message === undefined ? undefined : `of ${typeof message === "string" ? JSON.stringify(message) : String(message)}`]
    .filter((part) => part !== undefined)
    .join(" ");

const reasonsOf = (events: readonly KubeEvent[]): string =>
  [...new Set(events.toSorted((a, b) => timeOfEvent(a) - timeOfEvent(b)).map(({ type, reason }) => `${type ?? "Normal"} ${reason ?? ""}`))]
    .slice(-NAMED_LIMIT)
    .join(", ");

/** An event about an object has been told, and not of an earlier one of its name while it is there; Kubernetes forgets events after an hour. */
export const eventTold = (ref: ObjectRef, wanted: WantedEvent): KubeProbe<KubeEvent> => ({
  what: `${ref.kind} ${nameOf(ref)} has the event ${describe(wanted)}`,
  kinds: [
    { ...KINDS.event, ...(ref.namespace !== undefined && { namespace: ref.namespace }) },
    { apiVersion: ref.apiVersion, kind: ref.kind, optional: true, ...(ref.namespace !== undefined && { namespace: ref.namespace }) },
  ],
  about: ref,
  probe: (view) => {
    const object = view.get(ref);
    const own = view
      .list<KubeEvent>(KINDS.event, ref.namespace)
      .filter((event) => objectOfEvent(event) === `${ref.kind} ${ref.name}` && isOfThisBirth(event, object));
    const found = own.find(
      ({ reason, type, message }) =>
        reason === wanted.reason && (wanted.type === undefined || wanted.type === type) && holds(message ?? "", wanted.message),
    );
    if (found !== undefined) return reached(found);
    return notYet(own.length === 0 ? "no event speaks of it" : `none of its events is that: ${reasonsOf(own)}`);
  },
});
