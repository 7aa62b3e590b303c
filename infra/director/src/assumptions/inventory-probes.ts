import type { DirectorClient } from "../director-client.ts";
import { askStatus, observe, type Observation, type Probe } from "./probe.ts";

type Resource = Readonly<Record<string, unknown>> & { readonly id: string; readonly name: string };

const activeCluster = async (admin: DirectorClient) => {
  const group = await admin.projectGroup();
  const cluster = (await group.clusters()).find(({ state }) => state === "active");
  return cluster === undefined ? undefined : { group, cluster, path: `/v3/groups/${group.id}` };
};

const version = async (admin: DirectorClient): Promise<Observation[]> => {
  const place = await activeCluster(admin);
  if (place === undefined) return [];
  const { body } = await askStatus(admin, { method: "GET", path: `${place.path}/clusters/${place.cluster.id}` }, 200);
  const told = String(body["kubernetesVersion"]);
  return [observe("the field kubernetesVersion of a connected cluster begins with v1.", true, told.startsWith("v1."))];
};

const capacity = async (admin: DirectorClient): Promise<Observation[]> => {
  const place = await activeCluster(admin);
  if (place === undefined) return [];
  const query = { clusterId: place.cluster.id };
  const { body } = await askStatus(admin, { method: "GET", path: `${place.path}/nodes`, query }, 200);
  const [node] = (body["data"] ?? []) as readonly Resource[];
  if (node === undefined) return [];
  const names = Object.keys(node["capacity"] ?? {});
  return ["cpu", "memory"].map((name) => observe(`the field capacity of a node has ${name}`, true, names.includes(name)));
};

const search = async (admin: DirectorClient): Promise<Observation[]> => {
  const place = await activeCluster(admin);
  if (place === undefined) return [];
  const { cluster, path } = place;
  const found = async (pattern: string): Promise<boolean> => {
    const { body } = await askStatus(admin, { method: "GET", path: `${path}/clusters`, query: { name_like: pattern } }, 200);
    return ((body["data"] ?? []) as readonly Resource[]).some(({ id }) => id === cluster.id);
  };
  return [
    observe("name_like with a part of its name finds a cluster", true, await found(`%${cluster.name.slice(1, 4)}%`)),
    observe("name_like with something else finds it", false, await found("%no-such-name%")),
  ];
};

/** What Director knows of a cluster that is connected to it. */
export const inventoryProbes: readonly Probe[] = [
  { id: "A-CLUSTER-VERSION", writes: false, ask: ({ admin }) => version(admin) },
  { id: "A-NODE-CAPACITY", writes: false, ask: ({ admin }) => capacity(admin) },
  { id: "A-CLUSTER-SEARCH", writes: false, ask: ({ admin }) => search(admin) },
];
