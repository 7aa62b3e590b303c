import { connectedClusters } from "../access.ts";
import type { Call } from "../call.ts";
import { collection, present, type Presented } from "../http/envelope.ts";
import { get, type Reply, type Route } from "../http/router.ts";
import { stateOf, volumesIn, type SeenVolume } from "../observe/volumes.ts";
import type { ClusterRow } from "../rows.ts";
import { claimNamesOf } from "../workloads.ts";
import type { Store } from "../../kubernetes/store.ts";

const usersOf = (store: Store, { claim }: SeenVolume): readonly string[] =>
  store
    .list(store.resource("Pod"), claim.namespace)
    .filter((pod) => claimNamesOf(pod).includes(claim.name))
    .map(({ metadata }) => metadata.name);

const presentOne = (call: Call, cluster: ClusterRow, volume: SeenVolume): Presented => {
  const { id, name, size, engine, claim } = volume;
  const usedBy = usersOf(call.director.storeOf(cluster), volume);
  const fields = {
    id,
    name,
    clusterId: cluster.id,
    state: stateOf(volume),
    size,
    engine,
    namespace: claim.namespace,
    claim: claim.name,
    usedBy,
  };
  return present(call, { type: "mayaVolume", path: `groups/${call.param("gid")}/mayavolumes/${id}`, fields });
};

const list = (call: Call): Reply => {
  const items = connectedClusters(call).flatMap((cluster) =>
    volumesIn(call.director.storeOf(cluster)).map((volume) => presentOne(call, cluster, volume)),
  );
  return collection(call, "mayaVolume", items);
};

export const volumeRoutes: readonly Route[] = ["v3/groups/:gid", "v3/groups/:gid/clusters/:cid"].map((below) =>
  get(`${below}/mayavolumes`, list),
);
