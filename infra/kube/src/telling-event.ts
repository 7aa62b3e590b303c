import type { KubeEvent } from "./kinds.ts";

/** Reasons whose message usually names the cause rather than the symptom. */
const TELLING = new Set([
  "Evicted",
  "Failed",
  "FailedAttachVolume",
  "FailedCreate",
  "FailedCreatePodSandBox",
  "FailedMount",
  "FailedScheduling",
  "NodeNotReady",
  "OOMKilling",
  "ProvisioningFailed",
  "TaintManagerEviction",
  "Unhealthy",
]);

/** When an event was last seen, in milliseconds; 0 when it does not say. */
const timeOfEvent = (event: KubeEvent): number => {
  const meta = event.metadata as { readonly creationTimestamp?: string };
  const told = event.lastTimestamp ?? event.eventTime ?? event.firstTimestamp ?? meta.creationTimestamp;
  const ms = Date.parse(told ?? "");
  return Number.isNaN(ms) ? 0 : ms;
};

const weight = (event: KubeEvent): number => (event.type === "Warning" ? 2 : 0) + (TELLING.has(event.reason ?? "") ? 1 : 0);

/** The event that says most about a trouble: warnings before notices, causes before symptoms, late ones before early ones. */
export const tellingEvent = (events: readonly KubeEvent[]): KubeEvent | undefined =>
  events.toSorted((a, b) => weight(b) - weight(a) || timeOfEvent(b) - timeOfEvent(a))[0];

/** One line: time, type, reason, object, how often, message. */
export const describeEvent = (event: KubeEvent): string => {
  const { involvedObject: object, type = "Normal", reason = "", message = "", count = 1 } = event;
  const at = timeOfEvent(event) === 0 ? "" : `${new Date(timeOfEvent(event)).toISOString()} `;
  const times = count > 1 ? ` ×${count}` : "";
  return `event ${at}${type} ${reason} on ${object.kind ?? "object"} ${object.name ?? ""}${times}: ${message.trim()}`;
};
