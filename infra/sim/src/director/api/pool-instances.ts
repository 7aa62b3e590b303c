import { VERSION_LABEL } from "../cstor-kinds.ts";
import { connectedClusters } from "../access.ts";
import type { Call } from "../call.ts";
import { listKind } from "../defined-kinds.ts";
import { collection, present, type Presented } from "../http/envelope.ts";
import { get, type Reply, type Route } from "../http/router.ts";
import { textAt } from "../json.ts";
import { CSPC } from "../pool-flavour.ts";
import { isOnline } from "../pool-state.ts";
import type { EtcdStore } from "../../kubernetes/etcd-store.ts";
import type { KubeObject } from "../../kubernetes/kube-object.ts";

interface Seen {
  readonly clusterId: string;
  readonly store: EtcdStore;
  readonly instance: KubeObject;
}

const presentOne = (call: Call, { clusterId, store, instance }: Seen): Presented => {
  const { uid: id, name, namespace, labels } = instance.metadata;
  const poolState = isOnline(store, CSPC, instance) ? "Online" : "Offline";
  const version = labels?.[VERSION_LABEL];
  const node = textAt(instance.spec, "hostName");
  const poolCluster = labels?.[CSPC.clusterLabel];
  const fields = { id, name, namespace, kind: instance.kind, clusterId, poolCluster, node, version, poolState, state: "active" };
  return present(call, { type: "cstorPoolInstance", path: `groups/${call.param("gid")}/cstorpoolinstances/${id}`, fields });
};

const list = (call: Call): Reply => {
  const seen = connectedClusters(call).flatMap((cluster) => {
    const store = call.director.storeOf(cluster);
    return listKind(store, CSPC.instance).map((instance) => ({ clusterId: cluster.id, store, instance }));
  });
  return collection(
    call,
    "cstorPoolInstance",
    seen.map((one) => presentOne(call, one)),
  );
};

export const poolInstanceRoutes: readonly Route[] = ["v3/groups/:gid", "v3/groups/:gid/clusters/:cid"].flatMap((below) =>
  ["cstorpoolinstances", "cstorpoolinstance"].map((name) => get(`${below}/${name}`, list)),
);
