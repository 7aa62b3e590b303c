import { announceHealth, announceVolumes, isFirstConnect, moveTo } from "./cluster-life.ts";
import type { Database } from "./database.ts";
import type { SampleStore } from "./observe/sample-store.ts";
import type { ClusterRow, JobRow, NodeRow, OpenebsRow } from "./rows.ts";
import {
  allReady,
  type AgentReport,
  type HeartbeatAnswer,
  type MetricsPush,
  type NodeReport,
  type OpenebsReport,
  type Tunnel,
} from "./tunnel.ts";

const HEARTBEATS_TO_MISS = 6;
/** Without it the state of nodes and pools is what was told last. */
const STATUS_AGENT = "status-agent";
const CONNECTABLE: ReadonlySet<string> = new Set(["creating", "inactive", "offline"]);

const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

export interface AgentDeskOptions {
  readonly release: string;
  readonly database: () => Database;
  readonly metrics: () => SampleStore;
}

/** Where Director receives its agents: heartbeats in, jobs out. What it learns goes into the database. */
export class AgentDesk implements Tunnel {
  readonly release: string;
  readonly #database: () => Database;
  readonly #metrics: () => SampleStore;
  /** By cluster id: looks taken since the last heartbeat, so that a stalled process does not lose anybody. */
  readonly #missed = new Map<string, number>();
  readonly #dataPlanes = new Map<string, string>();

  /** `metrics` throws while nothing can be written there. */
  constructor({ release, database, metrics }: AgentDeskOptions) {
    this.release = release;
    this.#database = database;
    this.#metrics = metrics;
  }

  heartbeat(token: string, report: AgentReport): HeartbeatAnswer {
    const db = this.#database();
    const cluster = this.#clusterOf(token);
    if (cluster === undefined) return "unknown";
    if (cluster.state === "removed") return "leave";
    this.#missed.set(cluster.id, 0);
    syncCluster(db, cluster, report);
    const isTold = report.components[STATUS_AGENT] === true;
    if (isTold) syncNodes(db, cluster.id, report.nodes);
    if (CONNECTABLE.has(cluster.state) && allReady(report.components)) {
      const isFirst = isFirstConnect(db, cluster);
      moveTo(db, cluster, "active");
      if (isFirst) announceVolumes(db, cluster, report.volumes ?? []);
    }
    if (isTold) announceHealth(db, cluster, report.pools ?? []);
    this.#noteDataPlane(cluster.id, report.openebs?.dataPlaneVersion);
    syncOpenebs(db, cluster, report.openebs);
    return "ok";
  }

  /** Errors: throws for a token that belongs to no connected cluster. */
  push(token: string, { atMs, samples }: MetricsPush): void {
    const cluster = this.#clusterOf(token);
    if (cluster === undefined || cluster.state === "removed") throw new Error("Director takes no metrics of this registration token");
    this.#metrics().write({ clusterId: cluster.id, projectId: cluster.projectId, atMs }, samples);
  }

  jobs(token: string, kinds: readonly JobRow["kind"][]): readonly JobRow[] {
    const cluster = this.#clusterOf(token);
    const mine = this.#database()
      .list("jobs")
      .filter((job) => job.clusterId === cluster?.id && kinds.includes(job.kind));
    return mine.filter((job) => job.state === "Pending" || job.state === "Running");
  }

  progress(token: string, jobId: string, change: Pick<JobRow, "state"> & { readonly message?: string }): void {
    const db = this.#database();
    const job = db.get("jobs", jobId);
    const isOver = job === undefined || job.state === "Success" || job.state === "Failed";
    if (isOver || job.clusterId !== this.#clusterOf(token)?.id) return;
    db.update("jobs", jobId, change);
    finishRecord(db, job, change.state);
  }

  /** Called every ten simulated seconds: a cluster whose heartbeat was missed six times in a row is offline. */
  look(): void {
    const db = this.#database();
    for (const cluster of db.list("clusters")) {
      if (cluster.state !== "active") continue;
      const missed = (this.#missed.get(cluster.id) ?? 0) + 1;
      this.#missed.set(cluster.id, missed);
      if (missed > HEARTBEATS_TO_MISS) moveTo(db, cluster, "offline");
    }
  }

  dataPlaneVersion(clusterId: string): string | undefined {
    return this.#dataPlanes.get(clusterId);
  }

  #clusterOf(token: string): ClusterRow | undefined {
    return this.#database()
      .list("clusters")
      .find((cluster) => cluster.token === token);
  }

  #noteDataPlane(clusterId: string, version: string | undefined): void {
    if (version === undefined) this.#dataPlanes.delete(clusterId);
    else this.#dataPlanes.set(clusterId, version);
  }
}

const syncCluster = (db: Database, cluster: ClusterRow, report: AgentReport): void => {
  const { cluster: reportedFrom, kubernetesVersion, components } = report;
  const seen = { reportedFrom, components, ...(kubernetesVersion !== undefined && { kubernetesVersion }) };
  const known = { reportedFrom: cluster.reportedFrom, components: cluster.components };
  const isNew =
    !same(known, { reportedFrom, components }) || (kubernetesVersion !== undefined && kubernetesVersion !== cluster.kubernetesVersion);
  if (isNew) db.update("clusters", cluster.id, seen);
};

const rowOf = (clusterId: string, { ready, ...node }: NodeReport): Omit<NodeRow, "id" | "created"> => ({
  clusterId,
  state: ready ? "active" : "inactive",
  ...node,
});

const syncNodes = (db: Database, clusterId: string, nodes: readonly NodeReport[]): void => {
  const known = db.list("nodes").filter((row) => row.clusterId === clusterId);
  for (const report of nodes) {
    const fields = rowOf(clusterId, report);
    const row = known.find(({ name }) => name === report.name);
    if (row === undefined) db.insert("nodes", fields);
    else if (!same({ ...row, ...fields }, row)) db.update("nodes", row.id, fields);
  }
  for (const row of known) if (!nodes.some(({ name }) => name === row.name)) db.remove("nodes", row.id);
};

const recordsOf = (db: Database, clusterId: string): readonly OpenebsRow[] =>
  db.list("openebses").filter((row) => row.clusterId === clusterId && row.state !== "removed");

const foundOpenebs = (db: Database, cluster: ClusterRow, { ready, namespace, version }: OpenebsReport): void => {
  const mine = recordsOf(db, cluster.id);
  if (!ready || mine.some((row) => row.state === "installing")) return;
  const active = mine.find((row) => row.state === "active");
  if (active?.installedBy === "operator" && active.version !== version) db.update("openebses", active.id, { version });
  if (active !== undefined) return;
  const failed = mine.findLast((row) => row.state === "failed" && row.namespace === namespace);
  if (failed !== undefined) {
    db.update("openebses", failed.id, { state: "active", version });
    return;
  }
  const { id: clusterId, projectId } = cluster;
  const fields = { clusterId, projectId, namespace, version, state: "active", installedBy: "operator" } as const;
  db.insert("openebses", { ...fields, creatorId: "", installationManifest: {} });
};

const lostOpenebs = (db: Database, clusterId: string): void => {
  for (const row of recordsOf(db, clusterId).filter(({ state }) => state === "active" || state === "failed")) {
    db.update("openebses", row.id, { state: "removed" });
    if (row.installedBy === "operator") continue;
    db.insert("jobs", { kind: "removeNodeLabels", clusterId: row.clusterId, openebsId: row.id, state: "Pending", payload: {} });
  }
};

const syncOpenebs = (db: Database, cluster: ClusterRow, report: OpenebsReport | undefined): void => {
  if (report === undefined) lostOpenebs(db, cluster.id);
  else foundOpenebs(db, cluster, report);
};

const finishRecord = (db: Database, job: JobRow, state: JobRow["state"]): void => {
  const version = typeof job.payload["version"] === "string" ? job.payload["version"] : undefined;
  if (job.kind === "install" && state === "Success") db.update("openebses", job.openebsId, { state: "active" });
  if (job.kind === "install" && state === "Failed") db.update("openebses", job.openebsId, { state: "failed" });
  if (job.kind === "upgradeControlPlane" && state === "Success" && version !== undefined)
    db.update("openebses", job.openebsId, { version });
};
