import { POOL_APP } from "./cstor-kinds.ts";
import { listKind } from "./defined-kinds.ts";
import { textAt } from "./json.ts";
import type { PoolFlavour } from "./pool-flavour.ts";
import type { KubeObject } from "../kubernetes/kube-object.ts";
import type { Store } from "../kubernetes/store.ts";

/** The pool instances of a cluster object. */
export const instancesOf = (store: Store, flavour: PoolFlavour, cluster: string): readonly KubeObject[] =>
  listKind(store, flavour.instance).filter(({ metadata }) => metadata.labels?.[flavour.clusterLabel] === cluster);

/** The pods of a cluster object's pools, or of one instance of it. */
export const poolPods = (store: Store, flavour: PoolFlavour, of: { readonly cluster?: string; readonly instance?: string }) =>
  store.list(store.resource("Pod")).filter(({ metadata: { labels } }) => {
    const isPool = labels?.["app"] === POOL_APP.app;
    const isWanted = (label: string, value: string | undefined): boolean => value === undefined || labels?.[label] === value;
    return isPool && isWanted(flavour.clusterLabel, of.cluster) && isWanted(flavour.instanceLabel, of.instance);
  });

/** Replicas of volumes on the pools of a cluster object. */
export const replicasOn = (store: Store, flavour: PoolFlavour, cluster: string): readonly KubeObject[] => {
  const names = new Set(instancesOf(store, flavour, cluster).map(({ metadata }) => metadata.name));
  return listKind(store, flavour.replica).filter(({ metadata }) => names.has(metadata.labels?.[flavour.instanceLabel] ?? ""));
};

/** Whether the instance says so and its pod still runs: a pool manager that is gone leaves its last word behind. */
export const isOnline = (store: Store, flavour: PoolFlavour, instance: KubeObject): boolean =>
  textAt(instance.status, "phase") === flavour.onlinePhase &&
  poolPods(store, flavour, { instance: instance.metadata.name }).some((pod) => textAt(pod.status, "phase") === "Running");
