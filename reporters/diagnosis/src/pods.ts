import type { Scope } from "@kubera-e2e/schema/evidence";

/** Namespaces of Kubernetes itself, where nothing of the product runs. */
const isSystem = (namespace: string | undefined): boolean => namespace === undefined || namespace.startsWith("kube-");

/** Kubernetes writes generated parts of names without vowels and look-alikes, so `-agent` is never one. */
const GENERATED = "bcdfghjklmnpqrstvwxz2456789";
const OF_DEPLOYMENT = new RegExp(`(-[${GENERATED}]{6,10})?-[${GENERATED}]{5}$`);
const OF_REPLICA_SET = new RegExp(`-[${GENERATED}]{6,10}$`);
const OF_STATEFUL_SET = /-\d{1,3}$/;

/** Name of the workload behind an object: pods and ReplicaSets are their workload's, anything else goes by its own name. */
export const workloadOf = ({ kind, name }: Scope): string | undefined => {
  if (kind === "ReplicaSet") return name?.replace(OF_REPLICA_SET, "");
  return kind === undefined || kind === "Pod" ? name?.replace(OF_DEPLOYMENT, "").replace(OF_STATEFUL_SET, "") : name;
};

/** One place for a workload and all of its pods. */
export const workloadKey = (scope: Scope): string | undefined => {
  const workload = scope.kind === "Node" || isSystem(scope.namespace) ? undefined : workloadOf(scope);
  return workload === undefined ? undefined : `${scope.cluster ?? ""} ${scope.namespace}/${workload}`;
};
