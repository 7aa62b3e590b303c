import { viewScope, type Scope } from "../access.ts";
import type { Call } from "../call.ts";
import { invalid, missing, notFound } from "../http/api-error.ts";
import { collection, present, type Presented } from "../http/envelope.ts";
import { action, get, type Reply, type Route } from "../http/router.ts";
import { at, textAt } from "../json.ts";
import { namedCluster } from "./named-cluster.ts";
import { bytesOf, capacityRanges, freeDevices, poolInstances, type FreeDevice, type PoolInstance } from "../pool-recommendation.ts";
import { isValidGroup, type RaidGroup } from "../raid.ts";
import { ApiStatusError } from "../../kubernetes/api-status.ts";
import type { KubeObject } from "../../kubernetes/kube-object.ts";

const ensured = (call: Call, { group }: Scope): { readonly id: string; readonly groupId: string } =>
  call.db.list("recommendations").find((row) => row.groupId === group.id) ?? call.db.insert("recommendations", { groupId: group.id });

const presentOne = (call: Call, scope: Scope): Presented => {
  const { id } = ensured(call, scope);
  const path = `groups/${scope.group.id}/recommendations/${id}`;
  const actions = ["getcapacityrecommendation", "getdevicerecommendation"];
  return present(call, { type: "recommendation", path, fields: { id, groupId: scope.group.id }, actions });
};

const list = (call: Call): Reply => {
  const scope = viewScope(call);
  return collection(call, "recommendation", [presentOne(call, scope)]);
};

const raidOf = (call: Call): RaidGroup => {
  const given = at(call.request.body, "raidGroupConfig");
  const raid = { type: textAt(given, "raidType") ?? "", count: Number(at(given, "groupDeviceCount") ?? Number.NaN) };
  if (!isValidGroup(raid))
    throw given === undefined ? missing("raidGroupConfig") : invalid("invalid RAID type/device count", "InvalidOption");
  return raid;
};

/** No definition of BlockDevice means that no OpenEBS is there, and so no device. */
const blockDevices = (call: Call, scope: Scope): readonly KubeObject[] => {
  const store = call.director.storeOf(namedCluster(call, scope));
  try {
    return store.list(store.resource("BlockDevice", "openebs.io"));
  } catch (error) {
    if (error instanceof ApiStatusError && error.code === 404) return [];
    throw error;
  }
};

const scopeHere = (call: Call): Scope => {
  const scope = viewScope(call);
  if (ensured(call, scope).id !== call.param("rid")) throw notFound(`recommendation ${call.param("rid")} is unknown`);
  return scope;
};

const capacity = (call: Call): Reply => {
  const scope = scopeHere(call);
  const raid = raidOf(call);
  const ranges = capacityRanges(freeDevices(blockDevices(call, scope)), raid);
  const items = ranges.map((range) => ({ id: range.deviceGroupName, type: "capacityRecommendation", ...range }));
  return collection(call, "capacityRecommendation", items);
};

const presentDevice = ({ object }: FreeDevice): unknown => ({
  name: object.metadata.name,
  namespace: object.metadata.namespace,
  kind: object.kind,
  apiVersion: object.apiVersion,
  uid: object.metadata.uid,
});

const presentInstance = (instance: PoolInstance): unknown => ({
  node: { name: instance.node },
  capacity: String(instance.capacityBytes),
  blockDevices: { dataDevices: instance.devices.map(presentDevice), writeCacheDevices: [] },
});

const device = (call: Call): Reply => {
  const scope = scopeHere(call);
  const raid = raidOf(call);
  const poolCapacity = call.text("poolCapacity");
  const wanted = bytesOf(poolCapacity) ?? 0;
  if (wanted <= 0)
    throw poolCapacity === "" ? missing("poolCapacity") : invalid(`poolCapacity ${poolCapacity} is not a capacity above zero`);
  const deviceGroup = call.text("deviceGroupName");
  const devices = freeDevices(blockDevices(call, scope)).filter(({ group }) => deviceGroup === "" || group === deviceGroup);
  const instances = poolInstances(devices, raid, wanted);
  if (instances.length === 0) return collection(call, "deviceRecommendation", []);
  const name = call.text("poolName");
  const spec = { poolInstances: instances.map(presentInstance) };
  const requestSpec = { poolCapacity, dataConfig: { raidType: raid.type, groupDeviceCount: raid.count }, writeCacheConfig: {} };
  const item = {
    id: name,
    type: "deviceRecommendation",
    metadata: { name, namespace: devices[0]?.object.metadata.namespace },
    requestSpec,
    spec,
  };
  return collection(call, "deviceRecommendation", [item]);
};

export const recommendationRoutes: readonly Route[] = [
  get("v3/groups/:gid/recommendations", list),
  action("v3/groups/:gid/recommendations/:rid", "getcapacityrecommendation", capacity),
  action("v3/groups/:gid/recommendations/:rid", "getdevicerecommendation", device),
];
