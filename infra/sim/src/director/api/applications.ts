import { VERSION_LABEL } from "../cstor-kinds.ts";
import { connectedClusters } from "../access.ts";
import type { Call } from "../call.ts";
import { collection, present, type Presented } from "../http/envelope.ts";
import { get, type Reply, type Route } from "../http/router.ts";
import { textAt } from "../json.ts";
import type { ClusterRow } from "../rows.ts";
import { volumeOf } from "../volume-state.ts";
import { claimNamesOf, workloadPods, workloads } from "../workloads.ts";
import type { EtcdStore } from "../../kubernetes/etcd-store.ts";
import type { KubeObject } from "../../kubernetes/kube-object.ts";

const POOL_LABEL = "cstor-pool";

interface Found {
  readonly cluster: ClusterRow;
  readonly store: EtcdStore;
  readonly object: KubeObject;
  readonly pods: readonly KubeObject[];
}

const applications = (store: EtcdStore, cluster: ClusterRow): readonly Found[] =>
  workloads(store).map((object) => ({ cluster, store, object, pods: workloadPods(store, object) }));

const pools = (store: EtcdStore, cluster: ClusterRow): readonly Found[] =>
  store
    .list(store.resource("Pod"))
    .filter(({ metadata }) => metadata.labels?.["app"] === POOL_LABEL)
    .map((object) => ({ cluster, store, object, pods: [object] }));

/** What is told of a volume beyond its name, where OpenEBS keeps replicas of it. */
const presentReplicas = (store: EtcdStore, name: string): object => {
  const volume = volumeOf(store, name);
  if (volume === undefined) return {};
  const replica = volume.replicas.map((one) => ({ name: one.name, state: one.state, version: one.version }));
  return { casType: volume.engine, version: volume.version, replica };
};

/** Volumes of the claims that a pod mounts. */
const volumesOf = (store: EtcdStore, pod: KubeObject): readonly object[] =>
  claimNamesOf(pod).flatMap((claimName) => {
    const claim = store.get(store.resource("PersistentVolumeClaim"), pod.metadata.namespace, claimName);
    const name = textAt(claim?.spec, "volumeName");
    return name === undefined ? [] : [{ name, claimName, ...presentReplicas(store, name) }];
  });

const presentFound = (call: Call, type: string, { cluster, store, object, pods }: Found): Presented => {
  const { uid: id, name, namespace, labels } = object.metadata;
  const version = labels?.[VERSION_LABEL];
  const data = {
    ...(version !== undefined && { version }),
    pods: pods.map((pod) => ({
      name: pod.metadata.name,
      state: textAt(pod.status, "phase") ?? "Pending",
      volumes: volumesOf(store, pod),
    })),
  };
  const fields = { id, name, namespace, kind: object.kind, clusterId: cluster.id, state: "active", data };
  return present(call, { type, path: `groups/${call.param("gid")}/${type.toLowerCase()}s/${id}`, fields });
};

const lister =
  (type: string, find: (store: EtcdStore, cluster: ClusterRow) => readonly Found[]) =>
  (call: Call): Reply => {
    const found = connectedClusters(call).flatMap((cluster) => find(call.director.storeOf(cluster), cluster));
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
