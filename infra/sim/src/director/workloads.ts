import { listAt, textAt } from "./json.ts";
import type { KubeObject } from "../kubernetes/kube-object.ts";
import type { Store } from "../kubernetes/store.ts";

/** What Director calls applications. */
export const workloads = (store: Store): readonly KubeObject[] =>
  ["Deployment", "StatefulSet"].flatMap((kind) => store.list(store.resource(kind)));

/** Deployments own their pods through ReplicaSets, so names tell what owners would tell in two steps. */
export const workloadPods = (store: Store, { metadata }: KubeObject): readonly KubeObject[] =>
  store
    .list(store.resource("Pod"), metadata.namespace)
    .filter((pod) =>
      (pod.metadata.ownerReferences ?? []).some(({ name }) => name === metadata.name || name.replace(/-[^-]+$/, "") === metadata.name),
    );

/** Names of the claims that a pod mounts, or the pods of a workload's template. */
export const claimNamesOf = ({ kind, spec }: KubeObject): readonly string[] =>
  listAt(spec, ...(kind === "Pod" ? ["volumes"] : ["template", "spec", "volumes"])).flatMap(
    (volume) => textAt(volume, "persistentVolumeClaim", "claimName") ?? [],
  );
