import type { DirectorClient } from "../director-client.ts";
import { askStatus, observe, type Observation, type Probe } from "./probe.ts";

/** The first connected cluster of the account, and the resource that recommends pools for it. */
const placeOf = async (admin: DirectorClient) => {
  const group = await admin.projectGroup();
  const cluster = (await group.clusters()).find(({ state }) => state === "active");
  const [recommendation] = cluster === undefined ? [] : await group.pools.recommendations();
  if (cluster === undefined || recommendation === undefined) return undefined;
  return { clusterId: cluster.id, path: `/v3/groups/${group.id}/recommendations/${recommendation.id}/` };
};

const question = (clusterId: string, raidType: string, groupDeviceCount: number) => ({
  clusterId,
  raidGroupConfig: { raidType, groupDeviceCount },
});

const invalidGroups = async (admin: DirectorClient): Promise<Observation[]> => {
  const place = await placeOf(admin);
  if (place === undefined) return [];
  const { clusterId, path } = place;
  const capacity = { method: "POST", path, query: { action: "getcapacityrecommendation" } } as const;
  const devices = { method: "POST", path, query: { action: "getdevicerecommendation" } } as const;
  const nothing = { ...question(clusterId, "stripe", 1), deviceGroupName: "", poolCapacity: "0", poolName: "ask-nothing" };
  const asked = [
    await askStatus(admin, { ...capacity, body: question(clusterId, "mirror", 3), what: "a mirror of three" }, 422),
    await askStatus(admin, { ...capacity, body: question(clusterId, "raidx", 3), what: "a RAID type that is none" }, 422),
    await askStatus(admin, { ...devices, body: nothing, what: "a pool without capacity" }, 422),
  ];
  return asked.map(({ observation }) => observation);
};

const capacityFields = async (admin: DirectorClient): Promise<Observation[]> => {
  const place = await placeOf(admin);
  if (place === undefined) return [];
  const body = question(place.clusterId, "stripe", 1);
  const request = { method: "POST", path: place.path, query: { action: "getcapacityrecommendation" }, body } as const;
  const [first] = ((await askStatus(admin, request, 200)).body["data"] ?? []) as readonly object[];
  if (first === undefined) return [];
  const lacking = ["minCapacityBytes", "maxCapacityBytes"].filter((name) => !Object.hasOwn(first, name));
  return [observe("fields that a capacity recommendation lacks", "none", lacking.join(", ") || "none")];
};

/** Recommendations are POSTs that change nothing. */
export const poolProbes: readonly Probe[] = [
  { id: "A-RAID-INVALID", writes: false, ask: ({ admin }) => invalidGroups(admin) },
  { id: "A-CAPACITY-FIELDS", writes: false, ask: ({ admin }) => capacityFields(admin) },
];
