import { conditionOf, KINDS, type KubeEvent, type Pod, type Workload } from "../kinds.ts";
import { isOfThisBirth, isOver, tellingEvent } from "../telling-event.ts";
import type { KindScope, KubeView } from "../view.ts";
import type { TerminalOptions } from "./terminal-reason.ts";

const DEFAULT_REFUSAL_GRACE_MS = 10_000;

/** Refusals of admission that stay until somebody changes the quota, the policy or the workload. */
const LASTING = /exceeded quota:|failed quota:|denied the request|violates PodSecurity/;

const QUOTA = /exceeded quota:/;

export interface RefusedPods {
  readonly message: string;
  /** Whether it stays so by itself. */
  readonly lasting: boolean;
}

/** For workloads whose status does not tell that their pods are refused: only events do. */
export const creationEvents = (namespace: string): KindScope => ({ ...KINDS.event, namespace, optional: true });

const isOf = (workload: Workload, event: KubeEvent): boolean =>
  event.involvedObject?.kind === workload.kind && event.involvedObject.name === workload.metadata.name && isOfThisBirth(event, workload);

const messageOf = (view: KubeView, workload: Workload): string | undefined => {
  const failure = conditionOf(workload, "ReplicaFailure");
  if (failure?.status === "True") return failure.message;
  if (workload.kind === KINDS.deployment.kind) return undefined;
  const own = view.list<KubeEvent>(KINDS.event, workload.metadata.namespace).filter((event) => isOf(workload, event));
  const open = own.filter((event) => event.reason === "FailedCreate" && !isOver(event, own));
  return tellingEvent(open)?.message;
};

/** Pods that go give back what they had of a quota, but not before their own grace is over. */
const isBeingFreed = (view: KubeView, workload: Workload, message: string): boolean =>
  QUOTA.test(message) &&
  view.list<Pod>(KINDS.pod, workload.metadata.namespace).some(({ metadata }) => metadata.deletionTimestamp !== undefined);

/** Controllers double the pause between two attempts, so the next one may be as far away as the first one is by now. */
const isLasting = (view: KubeView, workload: Workload, refused: { readonly message: string; readonly graceMs: number }): boolean => {
  const { kind, metadata } = workload;
  const subject = `pods of ${kind} ${metadata.uid ?? metadata.name}`;
  const { forMs } = view.began(`refusal of ${subject}`, true);
  if (isBeingFreed(view, workload, refused.message)) return false;
  const { forMs: untouchedMs } = view.began(`refusal of ${subject} while nothing goes`, true);
  return LASTING.test(refused.message) && untouchedMs > refused.graceMs && untouchedMs >= forMs / 2;
};

/**
 * What keeps pods of a workload from being created: a Deployment says so itself, of the others the events do. Both tell the last attempt,
 * and the next one may be due: a rolling update under a quota waits for its old pods to go, and whoever frees a quota is not heard at once.
 */
export const refusedPods = (view: KubeView, workload: Workload, options: TerminalOptions = {}): RefusedPods | undefined => {
  const message = messageOf(view, workload);
  if (message === undefined || message === "") return undefined;
  return { message, lasting: isLasting(view, workload, { message, graceMs: options.refusalGraceMs ?? DEFAULT_REFUSAL_GRACE_MS }) };
};
