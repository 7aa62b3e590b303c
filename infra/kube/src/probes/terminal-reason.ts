import { lasting } from "../since.ts";
import { conditionOf, type ContainerStatus, type Pod } from "../kinds.ts";

export interface TerminalOptions {
  /** How long an image may keep failing to be pulled, counted from the pod's start; default 5 minutes. */
  readonly pullGraceMs?: number;
  /** How long a pod may find no node, counted from when the scheduler said so; default 2 minutes, for a node that boots or is added. */
  readonly unschedulableGraceMs?: number;
  /** From how many restarts on a crash loop counts as one; default 2. */
  readonly crashLoopRestarts?: number;
}

const DEFAULT_PULL_GRACE_MS = 300_000;
const DEFAULT_UNSCHEDULABLE_GRACE_MS = 120_000;
const RESTARTS_OF_A_CRASH_LOOP = 2;

/** Reasons that no waiting repairs. */
const HOPELESS = new Set(["InvalidImageName", "ErrImageNeverPull", "CreateContainerConfigError"]);
const PULL_FAILURES = new Set(["ImagePullBackOff", "ErrImagePull"]);

/** A node that is on its way back, or a volume that is on its way, takes the pod when it is there, however late. */
const HEALING =
  /node\.kubernetes\.io\/(?:not-ready|unreachable|network-unavailable)|node\.cloudprovider\.kubernetes\.io\/uninitialized|unbound immediate PersistentVolumeClaims/;

interface Judgement {
  readonly pullGraceMs: number;
  readonly runningMs: number;
  readonly crashLoopRestarts: number;
}

const verdict = (status: ContainerStatus, judgement: Judgement): string | undefined => {
  const { reason = "", message } = status.state?.waiting ?? {};
  const told = message === undefined ? "" : `: ${message}`;
  if (HOPELESS.has(reason)) return `container ${status.name}: ${reason}${told}`;
  if (reason === "CrashLoopBackOff" && status.restartCount >= judgement.crashLoopRestarts) {
    const exit = status.lastState?.terminated;
    const ended = exit === undefined ? "" : `, last exit code ${exit.exitCode}${exit.reason === undefined ? "" : ` (${exit.reason})`}`;
    return `container ${status.name}: CrashLoopBackOff after ${status.restartCount} restarts${ended}`;
  }
  if (PULL_FAILURES.has(reason) && judgement.runningMs > judgement.pullGraceMs)
    return `container ${status.name}: ${reason} for longer than ${Math.round(judgement.pullGraceMs / 1000)} s${told}`;
  return undefined;
};

const unschedulable = (pod: Pod, nowMs: number, graceMs: number): string | undefined => {
  const { status, reason, message = "no node takes it", lastTransitionTime = "" } = conditionOf(pod, "PodScheduled") ?? {};
  if (status !== "False" || reason !== "Unschedulable" || HEALING.test(message)) return undefined;
  const sinceMs = nowMs - Date.parse(lastTransitionTime);
  return sinceMs > graceMs ? `Unschedulable for ${lasting(sinceMs)}: ${message}` : undefined;
};

/** Why this pod can never become ready by itself; undefined while it may. */
export const terminalReason = (pod: Pod, nowMs: number, options: TerminalOptions = {}): string | undefined => {
  const started = Date.parse(pod.status?.startTime ?? pod.metadata.creationTimestamp ?? "");
  const judgement = {
    pullGraceMs: options.pullGraceMs ?? DEFAULT_PULL_GRACE_MS,
    crashLoopRestarts: options.crashLoopRestarts ?? RESTARTS_OF_A_CRASH_LOOP,
    runningMs: Number.isNaN(started) ? 0 : nowMs - started,
  };
  const statuses = [...(pod.status?.initContainerStatuses ?? []), ...(pod.status?.containerStatuses ?? [])];
  return (
    unschedulable(pod, nowMs, options.unschedulableGraceMs ?? DEFAULT_UNSCHEDULABLE_GRACE_MS) ??
    statuses.map((status) => verdict(status, judgement)).find((reason) => reason !== undefined)
  );
};
