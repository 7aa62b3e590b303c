import { lasting } from "./since.ts";
import type { KubeEvent } from "./kinds.ts";
import type { KubeObject } from "./kube-client.ts";

/** Reasons whose message usually names the cause rather than the symptom. */
const TELLING = new Set([
  "Evicted",
  "Failed",
  "FailedAttachVolume",
  "FailedBinding",
  "FailedCreate",
  "FailedCreatePodSandBox",
  "FailedMount",
  "FailedScheduling",
  "NodeNotReady",
  "OOMKilling",
  "PoolCreationFailed",
  "ProvisioningFailed",
  "TaintManagerEviction",
  "Unhealthy",
]);

/** Warnings about how the cluster is set up, which every pod gets and none suffers from. */
const NOISE = new Set(["CgroupV1", "DNSConfigForming", "MissingClusterDNS", "NodeAllocatableEnforced"]);

/** "Error: ErrImagePull": the name of a state, whose cause another event of the same reason tells. */
const MERE_NAME = /^Error: \w+$/;

const PULLED = ["Pulled", "Created", "Started"];

/** What the same object tells once a trouble is over; the trouble's event stays in the list for an hour. */
const OVER_WITH: ReadonlyMap<string, readonly string[]> = new Map(
  Object.entries({
    Failed: PULLED,
    BackOff: PULLED,
    FailedAttachVolume: ["SuccessfulAttachVolume", "Pulling", ...PULLED],
    FailedCreate: ["SuccessfulCreate"],
    FailedCreatePodSandBox: ["Pulling", ...PULLED],
    FailedMount: ["Pulling", ...PULLED],
    FailedScheduling: ["Scheduled"],
    NodeNotReady: ["NodeReady"],
    ProvisioningFailed: ["ProvisioningSucceeded"],
    Pulling: [...PULLED, "Failed", "BackOff"],
  }),
);

/** When an event was last seen, in milliseconds; 0 when it does not say. */
export const timeOfEvent = (event: KubeEvent): number => {
  const meta = event.metadata as { readonly creationTimestamp?: unknown };
  const times = [event.lastTimestamp, event.eventTime, event.firstTimestamp, meta.creationTimestamp];
  const told = times.find((time) => typeof time === "string");
  const ms = Date.parse(typeof told === "string" ? told : "");
  return Number.isNaN(ms) ? 0 : ms;
};

/** "Pod maya-io-1"; empty for an event without an object. */
export const objectOfEvent = ({ involvedObject }: KubeEvent): string =>
  [involvedObject?.kind, involvedObject?.name].filter((part) => typeof part === "string" && part !== "").join(" ");

const MIRROR = "kubernetes.io/config.mirror";

/**
 * Whether an event speaks of this very object and not of an earlier one of its name. Kubelets call nodes and pods of their own files by
 * other uids than the API server does.
 */
export const isOfThisBirth = ({ involvedObject }: KubeEvent, object: KubeObject | undefined): boolean => {
  const [told, own] = [involvedObject?.uid, object?.metadata.uid];
  if (told === undefined || told === "" || own === undefined || told === own) return true;
  return object?.kind === "Node" || object?.metadata.annotations?.[MIRROR] !== undefined;
};

const textOf = (value: unknown): string => (typeof value === "string" ? value.trim() : "");

/** A crash loop pulls and starts its container again and again, which ends nothing. */
const isCrashLoop = ({ reason, message }: KubeEvent): boolean =>
  reason === "BackOff" && textOf(message).includes("restarting failed container");

/** Whether what an event told of has ended since, by what the same object told later. */
export const isOver = (event: KubeEvent, all: readonly KubeEvent[]): boolean => {
  const ends = isCrashLoop(event) ? [] : (OVER_WITH.get(event.reason ?? "") ?? []);
  return all.some(
    (later) =>
      ends.includes(later.reason ?? "") && objectOfEvent(later) === objectOfEvent(event) && timeOfEvent(later) >= timeOfEvent(event),
  );
};

/** A pull that nothing followed is the only trace of a registry that stalls, and it is no warning. */
const isStalledPull = (event: KubeEvent, all: readonly KubeEvent[]): boolean => event.reason === "Pulling" && !isOver(event, all);

const weightAmong =
  (all: readonly KubeEvent[]) =>
  (event: KubeEvent): number => {
    if (isStalledPull(event, all)) return 2;
    if (NOISE.has(event.reason ?? "") || isOver(event, all)) return 0;
    const isTelling = TELLING.has(event.reason ?? "") && !MERE_NAME.test(textOf(event.message));
    return (event.type === "Warning" ? 2 : 0) + (isTelling ? 1 : 0);
  };

/** The event that says most about a trouble: what is not over before what is, warnings before notices, causes before symptoms, late ones before early ones. */
export const tellingEvent = (events: readonly KubeEvent[]): KubeEvent | undefined => {
  const weight = weightAmong(events);
  return events.toSorted((a, b) => weight(b) - weight(a) || timeOfEvent(b) - timeOfEvent(a))[0];
};

/** One line: time, type, reason, object, how often, message; of a stalled pull also for how long. */
export const describeEvent = (
  event: KubeEvent,
  { among, nowMs }: { readonly among: readonly KubeEvent[]; readonly nowMs: number },
): string => {
  const { type, reason, message, count } = event;
  const atMs = timeOfEvent(event);
  const at = atMs === 0 ? "" : `${new Date(atMs).toISOString()} `;
  const times = typeof count === "number" && count > 1 ? ` ×${count}` : "";
  const stalled = isStalledPull(event, among) && atMs > 0 ? ` (and nothing since, for ${lasting(nowMs - atMs)})` : "";
  const object = objectOfEvent(event);
  const told = `${at}${type ?? "Normal"} ${reason ?? "without a reason"} on ${object === "" ? "no object" : object}`;
  return `event ${told}${times}: ${typeof message === "string" && message.trim() !== "" ? message.trim() : "no message"}${stalled}`;
};
