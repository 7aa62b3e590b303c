import { conditionOf, KINDS, type KubeEvent, type Workload } from "../kinds.ts";
import { isOver, tellingEvent } from "../telling-event.ts";
import type { KindScope, KubeView } from "../view.ts";

/** Refusals of admission that stay until somebody changes the quota, the policy or the workload. */
const LASTING = /exceeded quota:|failed quota:|denied the request|violates PodSecurity/;

export interface RefusedPods {
  readonly message: string;
  /** Whether it stays so by itself. */
  readonly lasting: boolean;
}

/** For workloads whose status does not tell that their pods are refused: only events do. */
export const creationEvents = (namespace: string): KindScope => ({ ...KINDS.event, namespace, optional: true });

const isOf = (workload: Pick<Workload, "kind" | "metadata">, { involvedObject }: KubeEvent): boolean => {
  const { uid } = workload.metadata;
  const isSameBirth = uid === undefined || involvedObject?.uid === undefined || involvedObject.uid === uid;
  return involvedObject?.kind === workload.kind && involvedObject.name === workload.metadata.name && isSameBirth;
};

const refusal = (message: string | undefined): RefusedPods | undefined =>
  message === undefined || message === "" ? undefined : { message, lasting: LASTING.test(message) };

/** What keeps pods of a workload from being created: a Deployment says so itself, of the others the events do. */
export const refusedPods = (view: KubeView, workload: Workload): RefusedPods | undefined => {
  const failure = conditionOf(workload, "ReplicaFailure");
  if (failure?.status === "True") return refusal(failure.message);
  if (workload.kind === KINDS.deployment.kind) return undefined;
  const own = view.list<KubeEvent>(KINDS.event, workload.metadata.namespace).filter((event) => isOf(workload, event));
  const open = own.filter((event) => event.reason === "FailedCreate" && !isOver(event, own));
  return refusal(tellingEvent(open)?.message);
};
