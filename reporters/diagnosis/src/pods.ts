import type { Scope } from "@kubera-e2e/schema/evidence";

/** Namespaces of Kubernetes itself, where nothing of the product runs. */
const isSystem = (namespace: string | undefined): boolean => namespace === undefined || namespace.startsWith("kube-");

/** Kubernetes writes generated parts of names without vowels and look-alikes, so `-agent` is never one. */
const GENERATED = "bcdfghjklmnpqrstvwxz2456789";
const OF_DEPLOYMENT = new RegExp(`(-[${GENERATED}]{6,10})?-[${GENERATED}]{5}$`);
const OF_STATEFUL_SET = /-\d{1,3}$/;

/** A pod's name without the parts that a ReplicaSet, a DaemonSet or a StatefulSet adds. */
const workloadOfPod = (pod: string): string => pod.replace(OF_DEPLOYMENT, "").replace(OF_STATEFUL_SET, "");

/** Name of the workload behind an object; a pod is its workload's, anything else goes by its own name. */
export const workloadOf = ({ kind, name }: Scope): string | undefined =>
  name === undefined || (kind !== undefined && kind !== "Pod") ? name : workloadOfPod(name);

/** One place for all pods of a workload. */
export const workloadKey = (scope: Scope): string | undefined => {
  const workload = isSystem(scope.namespace) ? undefined : workloadOf(scope);
  return workload === undefined ? undefined : `${scope.cluster ?? ""} ${scope.namespace}/${workload}`;
};
