import { clustersOf, viewScope, type Scope } from "../access.ts";
import type { Call } from "../call.ts";
import { collection, present, type Presented } from "../http/envelope.ts";
import { get, type Reply, type Route } from "../http/router.ts";
import { textAt } from "../json.ts";
import type { ClusterRow } from "../rows.ts";
import { claimsOf } from "./volumes.ts";
import type { EtcdStore } from "../../kubernetes/etcd-store.ts";
import type { KubeObject } from "../../kubernetes/kube-object.ts";

const WORKLOADS = ["Deployment", "StatefulSet"] as const;
const POOL_LABEL = "cstor-pool";

interface Found {
  readonly cluster: ClusterRow;
  readonly object: KubeObject;
  readonly pods: readonly KubeObject[];
}

/** Deployments own their pods through ReplicaSets, so names tell what owners would tell in two steps. */
const podsOf = (store: EtcdStore, { metadata }: KubeObject): readonly KubeObject[] =>
  store
    .list(store.resource("Pod"), metadata.namespace)
    .filter((pod) =>
      (pod.metadata.ownerReferences ?? []).some(({ name }) => name === metadata.name || name.replace(/-[^-]+$/, "") === metadata.name),
    );

const applications = (store: EtcdStore, cluster: ClusterRow): readonly Found[] =>
  WORKLOADS.flatMap((kind) => store.list(store.resource(kind))).map((object) => ({ cluster, object, pods: podsOf(store, object) }));

const pools = (store: EtcdStore, cluster: ClusterRow): readonly Found[] =>
  store
    .list(store.resource("Pod"))
    .filter(({ metadata }) => metadata.labels?.["app"] === POOL_LABEL)
    .map((object) => ({ cluster, object, pods: [object] }));

/** Volumes of the claims that a pod mounts. */
const volumesOf = (store: EtcdStore, pod: KubeObject): readonly string[] => {
  const names = claimsOf(pod);
  return store
    .list(store.resource("PersistentVolumeClaim"), pod.metadata.namespace)
    .flatMap((claim) => (names.includes(claim.metadata.name) ? (textAt(claim.spec, "volumeName") ?? []) : []));
};

const presentFound = (call: Call, type: string, { cluster, object, pods }: Found): Presented => {
  const { uid: id, name, namespace, labels } = object.metadata;
  const version = labels?.["openebs.io/version"];
  const store = call.director.storeOf(cluster);
  const data = {
    ...(version !== undefined && { version }),
    pods: pods.map((pod) => ({ name: pod.metadata.name, state: textAt(pod.status, "phase") ?? "Pending", volumes: volumesOf(store, pod) })),
  };
  const fields = { id, name, namespace, kind: object.kind, clusterId: cluster.id, state: "active", data };
  return present(call, { type, path: `groups/${call.param("gid")}/${type.toLowerCase()}s/${id}`, fields });
};

/** Seen through the agents, so only of clusters that are connected now. */
const connected = (call: Call, scope: Scope): readonly ClusterRow[] => {
  const cid = call.params["cid"];
  return clustersOf(call, scope).filter(({ id, state }) => state === "active" && (cid === undefined || cid === id));
};

const lister =
  (type: string, find: (store: EtcdStore, cluster: ClusterRow) => readonly Found[]) =>
  (call: Call): Reply => {
    const found = connected(call, viewScope(call)).flatMap((cluster) => find(call.director.storeOf(cluster), cluster));
    return collection(
      call,
      type,
      found.map((one) => presentFound(call, type, one)),
    );
  };

export const applicationRoutes: readonly Route[] = ["v3/groups/:gid", "v3/groups/:gid/clusters/:cid"].flatMap((below) => [
  get(`${below}/mayaapplications`, lister("mayaApplication", applications)),
  get(`${below}/mayastoragepools`, lister("mayaStoragePool", pools)),
]);
