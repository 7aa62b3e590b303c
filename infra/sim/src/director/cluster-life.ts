import type { Database } from "./database.ts";
import type { AlertRow, ClusterRow, ClusterState } from "./rows.ts";
import type { HealthReport } from "./tunnel.ts";

type NewAlert = Pick<AlertRow, "name" | "severity" | "summary"> & Partial<Pick<AlertRow, "resource" | "component">>;

const raise = (db: Database, cluster: ClusterRow, alert: NewAlert): void => {
  db.insert("alerts", { resource: cluster.name, component: "cluster", ...alert, projectId: cluster.projectId, clusterId: cluster.id });
};

const announceNodes = (db: Database, cluster: ClusterRow): void => {
  const ready = db.list("nodes").filter((node) => node.clusterId === cluster.id && node.state === "active");
  for (const { name } of ready)
    raise(db, cluster, { name: "NodeReady", severity: "info", summary: `node ${name} is ready`, resource: name, component: "node" });
};

/** A cluster has its group from its first connection on. */
export const isFirstConnect = (db: Database, { id }: ClusterRow): boolean => !db.list("groups").some(({ clusterId }) => clusterId === id);

/** Volumes that a new cluster brings along. */
export const announceVolumes = (db: Database, cluster: ClusterRow, volumes: readonly HealthReport[]): void => {
  for (const { name } of volumes.filter(({ healthy }) => healthy))
    raise(db, cluster, {
      name: "VolumeHealthy",
      severity: "info",
      summary: `volume ${name} is healthy`,
      resource: name,
      component: "volume",
    });
};

const raisePool = (db: Database, cluster: ClusterRow, { name, healthy }: HealthReport): void => {
  const pool = { resource: name, component: "pool" };
  if (healthy) raise(db, cluster, { name: "PoolHealthy", severity: "info", summary: `pool ${name} is healthy again`, ...pool });
  else raise(db, cluster, { name: "PoolUnhealthy", severity: "critical", summary: `pool ${name} is unhealthy`, ...pool });
};

/** Tells of pools whose health changed; one that nothing was heard of before is taken for one that was well. */
export const announceHealth = (db: Database, cluster: ClusterRow, pools: readonly HealthReport[]): void => {
  const { poolHealth: before = {} } = cluster;
  const now = Object.fromEntries(pools.map(({ name, healthy }) => [name, healthy]));
  for (const pool of pools) if ((before[pool.name] ?? true) !== pool.healthy) raisePool(db, cluster, pool);
  if (JSON.stringify(now) !== JSON.stringify(before)) db.update("clusters", cluster.id, { poolHealth: now });
};

/** The group through which members address one connected cluster. */
const giveGroup = (db: Database, { id, projectId }: ClusterRow): void => {
  if (db.list("groups").some((group) => group.clusterId === id)) return;
  db.insert("groups", { name: "ClusterAccount", projectId, clusterId: id });
};

/** Moves a cluster to a state and tells what that means to its project: group and alerts. */
export const moveTo = (db: Database, cluster: ClusterRow, state: ClusterState): ClusterRow => {
  if (cluster.state === state) return cluster;
  const moved = db.update("clusters", cluster.id, { state }) ?? cluster;
  const isNew = state === "active" && isFirstConnect(db, cluster);
  if (state === "active") {
    raise(db, moved, { name: "ClusterConnected", severity: "info", summary: `cluster ${cluster.name} is connected` });
    giveGroup(db, moved);
  }
  if (isNew) announceNodes(db, moved);
  if (state === "offline" || (state === "removed" && cluster.state === "active"))
    raise(db, moved, { name: "ClusterDisconnected", severity: "critical", summary: `cluster ${cluster.name} is disconnected` });
  return moved;
};

/**
 * Takes a cluster away from its project. Its row stays as `removed`, so that its agents, whenever they come back,
 * are told to leave; its nodes, group and OpenEBS record go.
 */
export const disconnect = (db: Database, cluster: ClusterRow): ClusterRow => {
  const removed = moveTo(db, cluster, "removed");
  for (const table of ["nodes", "groups"] as const) {
    for (const row of db.list(table)) if (row.clusterId === cluster.id) db.remove(table, row.id);
  }
  for (const row of db.list("openebses")) if (row.clusterId === cluster.id) db.update("openebses", row.id, { state: "removed" });
  for (const job of db.list("jobs")) {
    const unfinished = job.clusterId === cluster.id && (job.state === "Pending" || job.state === "Running");
    if (unfinished) db.update("jobs", job.id, { state: "Failed", message: "the cluster was disconnected" });
  }
  return removed;
};
