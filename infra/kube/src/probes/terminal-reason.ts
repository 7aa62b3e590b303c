import { lasting } from "../since.ts";
import { conditionOf, type ContainerStatus, type Pod } from "../kinds.ts";
import type { KubeView } from "../view.ts";
import { restartsInARow } from "./crash-loop.ts";

/** How long a wait looks on before it calls a trouble lasting; what a wait has not seen itself does not count. */
export interface TerminalOptions {
  /** How long an image may keep failing to be pulled; default 5 minutes. */
  readonly pullGraceMs?: number;
  /** How long a pod may find no node; default 2 minutes, for a node that boots or is added. */
  readonly unschedulableGraceMs?: number;
  /** How long what a container wants, a ConfigMap or a Secret, may be missing; default 20 s: a kubelet that missed it looks again after 10 to 15 s. */
  readonly configGraceMs?: number;
  /** How long a quota or a policy may refuse pods; default 10 s, of a quota since the last pod of the namespace went. */
  readonly refusalGraceMs?: number;
  /** From how many restarts in a row on a crash loop counts as one; default 2: what a workload needs at its start it can be given in its options. */
  readonly crashLoopRestarts?: number;
}

const DEFAULT_PULL_GRACE_MS = 300_000;
const DEFAULT_UNSCHEDULABLE_GRACE_MS = 120_000;
const DEFAULT_CONFIG_GRACE_MS = 20_000;
const RESTARTS_OF_A_CRASH_LOOP = 2;

/** Reasons that no waiting repairs. */
const HOPELESS = new Set(["InvalidImageName", "ErrImageNeverPull"]);
const PULL_FAILURES = new Set(["ImagePullBackOff", "ErrImagePull"]);

/** A node that is on its way back, or a volume that is on its way, takes the pod when it is there, however late. */
const HEALING =
  /node\.kubernetes\.io\/(?:not-ready|unreachable|network-unavailable|\w+-pressure)|node\.cloudprovider\.kubernetes\.io\/uninitialized|unbound immediate PersistentVolumeClaims|didn't find available persistent volumes|no nodes available to schedule pods/;

interface Subject {
  readonly view: KubeView;
  readonly pod: Pod;
  readonly options: TerminalOptions;
}

const keyOf = ({ metadata }: Pod): string => metadata.uid ?? metadata.name;

/** Whether a trouble has been seen for longer than its grace. */
const isLasting = ({ view, pod }: Subject, trouble: string, graceMs: number): boolean =>
  view.began(`${trouble} of pod ${keyOf(pod)}`, true).forMs > graceMs;

const crashLoop = ({ view, pod, options }: Subject, status: ContainerStatus): string | undefined => {
  const restarts = restartsInARow(status, view.leastSeen(`restarts of ${status.name} of pod ${keyOf(pod)}`, status.restartCount));
  if (status.state?.waiting?.reason !== "CrashLoopBackOff" || restarts < (options.crashLoopRestarts ?? RESTARTS_OF_A_CRASH_LOOP))
    return undefined;
  const exit = status.lastState?.terminated;
  const ended = exit === undefined ? "" : `, last exit code ${exit.exitCode}${exit.reason === undefined ? "" : ` (${exit.reason})`}`;
  return `CrashLoopBackOff after ${status.restartCount} restarts${ended}`;
};

const longWaiting = (subject: Subject, status: ContainerStatus): string | undefined => {
  const { reason = "", message } = status.state?.waiting ?? {};
  const { pullGraceMs = DEFAULT_PULL_GRACE_MS, configGraceMs = DEFAULT_CONFIG_GRACE_MS } = subject.options;
  const told = message === undefined ? "" : `: ${message}`;
  if (HOPELESS.has(reason)) return `${reason}${told}`;
  if (PULL_FAILURES.has(reason) && isLasting(subject, `pull for ${status.name}`, pullGraceMs))
    return `${reason} for longer than ${Math.round(pullGraceMs / 1000)} s${told}`;
  if (reason === "CreateContainerConfigError" && isLasting(subject, `what is missing for ${status.name}`, configGraceMs))
    return `${reason}${told}`;
  return undefined;
};

const verdict = (subject: Subject, status: ContainerStatus): string | undefined => {
  const because = crashLoop(subject, status) ?? longWaiting(subject, status);
  return because === undefined ? undefined : `container ${status.name}: ${because}`;
};

const unschedulable = (subject: Subject): string | undefined => {
  const { status, reason, message = "no node takes it", lastTransitionTime = "" } = conditionOf(subject.pod, "PodScheduled") ?? {};
  if (status !== "False" || reason !== "Unschedulable" || HEALING.test(message)) return undefined;
  if (!isLasting(subject, "no node", subject.options.unschedulableGraceMs ?? DEFAULT_UNSCHEDULABLE_GRACE_MS)) return undefined;
  const sinceMs = subject.view.nowMs - Date.parse(lastTransitionTime);
  return `Unschedulable${Number.isNaN(sinceMs) ? "" : ` for ${lasting(sinceMs)}`}: ${message}`;
};

/** Why this pod can never become ready by itself; undefined while it may. To be asked at every look, for it goes by how long a trouble lasts. */
export const terminalReason = (view: KubeView, pod: Pod, options: TerminalOptions = {}): string | undefined => {
  const subject = { view, pod, options };
  const statuses = [...(pod.status?.initContainerStatuses ?? []), ...(pod.status?.containerStatuses ?? [])];
  const verdicts = statuses.map((status) => verdict(subject, status));
  return unschedulable(subject) ?? verdicts.find((reason) => reason !== undefined);
};
