import type { Database } from "./database.ts";
import type { AlertRow, ClusterRow, ClusterState } from "./rows.ts";

type NewAlert = Pick<AlertRow, "name" | "severity" | "summary"> & Partial<Pick<AlertRow, "resource" | "component">>;

const raise = (db: Database, cluster: ClusterRow, alert: NewAlert): void => {
  db.insert("alerts", { resource: cluster.name, component: "cluster", ...alert, projectId: cluster.projectId, clusterId: cluster.id });
};

const announceNodes = (db: Database, cluster: ClusterRow): void => {
  const ready = db.list("nodes").filter((node) => node.clusterId === cluster.id && node.state === "active");
  for (const { name } of ready)
    raise(db, cluster, { name: "NodeReady", severity: "info", summary: `node ${name} is ready`, resource: name, component: "node" });
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
  const isFirstConnect = state === "active" && !db.list("groups").some((group) => group.clusterId === cluster.id);
  if (state === "active") {
    raise(db, moved, { name: "ClusterConnected", severity: "info", summary: `cluster ${cluster.name} is connected` });
    giveGroup(db, moved);
  }
  if (isFirstConnect) announceNodes(db, moved);
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
