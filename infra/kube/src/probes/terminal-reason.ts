import type { ContainerStatus, Pod } from "../kinds.ts";

export interface TerminalOptions {
  /** How long an image may keep failing to be pulled, counted from the pod's start; default 5 minutes. */
  readonly pullGraceMs?: number;
}

const DEFAULT_PULL_GRACE_MS = 300_000;
const RESTARTS_OF_A_CRASH_LOOP = 2;

/** Reasons that no waiting repairs. */
const HOPELESS = new Set(["InvalidImageName", "ErrImageNeverPull", "CreateContainerConfigError"]);
const PULL_FAILURES = new Set(["ImagePullBackOff", "ErrImagePull"]);

interface Judgement extends Required<TerminalOptions> {
  readonly runningMs: number;
}

const verdict = (status: ContainerStatus, judgement: Judgement): string | undefined => {
  const { reason = "", message } = status.state?.waiting ?? {};
  const told = message === undefined ? "" : `: ${message}`;
  if (HOPELESS.has(reason)) return `container ${status.name}: ${reason}${told}`;
  if (reason === "CrashLoopBackOff" && status.restartCount >= RESTARTS_OF_A_CRASH_LOOP) {
    const exit = status.lastState?.terminated;
    const ended = exit === undefined ? "" : `, last exit code ${exit.exitCode}${exit.reason === undefined ? "" : ` (${exit.reason})`}`;
    return `container ${status.name}: CrashLoopBackOff after ${status.restartCount} restarts${ended}`;
  }
  if (PULL_FAILURES.has(reason) && judgement.runningMs > judgement.pullGraceMs)
    return `container ${status.name}: ${reason} for longer than ${Math.round(judgement.pullGraceMs / 1000)} s${told}`;
  return undefined;
};

/** Why this pod can never become ready by itself; undefined while it may. */
export const terminalReason = (pod: Pod, nowMs: number, options: TerminalOptions = {}): string | undefined => {
  const started = Date.parse(pod.status?.startTime ?? pod.metadata.creationTimestamp ?? "");
  const judgement = {
    pullGraceMs: options.pullGraceMs ?? DEFAULT_PULL_GRACE_MS,
    runningMs: Number.isNaN(started) ? 0 : nowMs - started,
  };
  const statuses = [...(pod.status?.initContainerStatuses ?? []), ...(pod.status?.containerStatuses ?? [])];
  return statuses.map((status) => verdict(status, judgement)).find((reason) => reason !== undefined);
};
