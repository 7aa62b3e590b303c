import type { Scope } from "@kubera-e2e/schema/evidence";

/** Namespaces of Kubernetes itself, where nothing of the product runs. */
const isSystem = (namespace: string | undefined): boolean => namespace === undefined || namespace.startsWith("kube-");

/** A pod's name without the parts that a ReplicaSet, a DaemonSet or a StatefulSet adds. */
const workloadOf = (pod: string): string => pod.replace(/(-[a-f0-9]{6,10})?-[a-z0-9]{5}$/, "").replace(/-\d{1,3}$/, "");

/** One place for all pods of a workload. */
export const workloadKey = ({ cluster, namespace, name }: Scope): string | undefined =>
  isSystem(namespace) || name === undefined ? undefined : `${cluster ?? ""} ${namespace}/${workloadOf(name)}`;
