import type { IncomingMessage } from "node:http";
import { agentManifests, AGENT_NAMESPACE, AGENT_SECRET, PULL_SECRET, type AgentInstallation } from "./agent-manifest.ts";
import { AgentDesk } from "./agent-desk.ts";
import { Call } from "./call.ts";
import type { DirectorCore } from "./core.ts";
import { DatabaseGone, type Database } from "./database.ts";
import { ApiError, unavailable } from "./http/api-error.ts";
import { readRequest, segmentsOf, type ApiRequest } from "./http/api-request.ts";
import { matchRoute, type Match, type Reply } from "./http/router.ts";
import { listAt, textAt } from "./json.ts";
import { apply } from "./kube-apply.ts";
import type { LogIndex } from "./observe/log-index.ts";
import type { SampleStore, StoredSample } from "./observe/sample-store.ts";
import { routes } from "./routes.ts";
import type { ClusterRow } from "./rows.ts";
import { hostingCluster, seed } from "./seed.ts";
import type { Wiring } from "./wiring.ts";
import { ApiStatusError } from "../kubernetes/api-status.ts";
import type { KubeletPort } from "../kubernetes/api/call.ts";
import type { KubeObject } from "../kubernetes/kube-object.ts";
import { isCutOff } from "../kubernetes/network-policies.ts";
import type { EtcdStore } from "../kubernetes/etcd-store.ts";
import type { ProgramContext } from "../kubernetes/program.ts";
import type { SimTime } from "../datacenter/sim-time.ts";

/** `closed`: nothing listens yet; `starting`: it listens and answers 503; `serving`. */
export type Phase = "closed" | "starting" | "serving";

const REGISTRATION_MS = 2000;

/** Parts of Cortex before its store. */
const WRITE_PATH = ["consul", "distributor", "ingester"];
const READ_PATH = ["consul", "querier"];

const ALERT_STORE = "alertstore";

/** `127.0.0.1:5000/mayadata/maya-io-server:1.12.0` → registry and tag. */
const partsOf = (image: string): { readonly registry?: string; readonly tag?: string } => {
  const [, registry, tag] = /^(?:([^/]+[.:][^/]*|localhost)\/)?[^:@]+(?::([^@]+))?/.exec(image) ?? [];
  return { ...(registry !== undefined && { registry }), ...(tag !== undefined && { tag }) };
};

/** The maya-io server in its container. */
export class DirectorServer implements DirectorCore {
  readonly desk: AgentDesk;
  readonly time: SimTime;
  readonly release: string;
  readonly registry: string;
  readonly maxMembersPerProject: number;
  phase: Phase = "closed";
  readonly #context: ProgramContext;
  readonly #wiring: Wiring;

  constructor(context: ProgramContext, wiring: Wiring) {
    const { registry, tag } = partsOf(context.image);
    this.#context = context;
    this.#wiring = wiring;
    this.time = context.time;
    this.release = context.env["RELEASE"] ?? tag ?? "1.12.0";
    this.registry = registry ?? wiring.registryHost;
    this.maxMembersPerProject = wiring.maxMembersPerProject;
    const { release } = this;
    this.desk = new AgentDesk({ release, database: () => this.database(), metrics: () => this.#metrics(WRITE_PATH) });
  }

  database(): Database {
    const db = this.#wiring.storeFor(this.#context, this.#wiring.databases);
    if (db === undefined) throw unavailable("the database does not answer");
    if (db.list("templates").length === 0) seed(db, { release: this.release, administrator: this.#wiring.administrator });
    return db;
  }

  storeOf(cluster: ClusterRow): EtcdStore {
    const store = cluster.reportedFrom === undefined ? undefined : this.#wiring.clusterStores(cluster.reportedFrom);
    if (cluster.state !== "active" || store === undefined) throw unavailable(`cluster ${cluster.name} is not connected`);
    return store;
  }

  logsOf(cluster: ClusterRow): KubeletPort["logs"] {
    this.storeOf(cluster);
    const logs = this.#wiring.clusterLogs(cluster.reportedFrom ?? "");
    if (logs === undefined) throw unavailable(`the kubelets of cluster ${cluster.name} do not answer`);
    return logs;
  }

  dataPlaneVersion(clusterId: string): string | undefined {
    return this.desk.dataPlaneVersion(clusterId);
  }

  isUp(workload: string): boolean {
    const { store, pod } = this.#context;
    const isReady = (one: KubeObject): boolean =>
      listAt(one.status, "conditions").some((entry) => textAt(entry, "type") === "Ready" && textAt(entry, "status") === "True");
    return store
      .list(store.resource("Pod"), pod.metadata.namespace)
      .some((one) => one.metadata.name.startsWith(`${workload}-`) && isReady(one) && !isCutOff(store, one, "Ingress"));
  }

  samplesOf(projectId: string, atMs?: number): readonly StoredSample[] {
    return this.#metrics(READ_PATH).read(projectId, atMs);
  }

  alertStore(): Database {
    if (!this.#hasAlertStore()) throw unavailable(`${ALERT_STORE} does not answer`);
    return this.database();
  }

  logIndex(): LogIndex {
    const index = this.#wiring.storeFor(this.#context, this.#wiring.logs);
    if (index === undefined) throw unavailable("Elasticsearch does not answer");
    return index;
  }

  prepareRegistration(clusterId: string): void {
    const prepare = async (): Promise<void> => {
      await this.time.delay(REGISTRATION_MS, this.#context.signal);
      if (this.#context.signal.aborted) return;
      const db = this.database();
      if (db.get("clusters", clusterId)?.state === "creating") db.update("clusters", clusterId, { state: "inactive" });
    };
    prepare().catch((error: unknown) => this.log(`cluster ${clusterId} was not prepared: ${String(error)}`));
  }

  agentInstallation({ token }: ClusterRow, base: string): AgentInstallation {
    const dockerConfig = this.#dockerConfig();
    const { registry, release } = this;
    return { token, directorUrl: base, registry, release, ...(dockerConfig !== undefined && { dockerConfig }) };
  }

  /** Called every ten simulated seconds. */
  look(): void {
    this.#wiring.storeFor(this.#context, this.#wiring.metrics)?.look();
    this.desk.look();
    this.#storeAlerts();
  }

  log(line: string): void {
    this.#context.log(line);
  }

  /** Once at the start: what an older release or a killed server left half done. */
  recover(): void {
    const db = this.database();
    seed(db, { release: this.release, administrator: this.#wiring.administrator });
    for (const { id, state } of db.list("clusters")) if (state === "creating") this.prepareRegistration(id);
  }

  /** The hosting cluster connects itself: its agents are applied as long as it never was active. */
  connectHost(): void {
    const cluster = hostingCluster(this.database());
    const base = this.#wiring.url;
    if (cluster?.state !== "inactive" || base === undefined) return;
    const { store } = this.#context;
    const secret = store.get(store.resource("Secret"), AGENT_NAMESPACE, AGENT_SECRET);
    if (textAt(secret, "data", "token") === Buffer.from(cluster.token).toString("base64")) return;
    for (const manifest of agentManifests(this.agentInstallation(cluster, base))) apply(store, manifest);
    this.log(`connected the hosting cluster as ${cluster.name}`);
  }

  async handle(message: IncomingMessage): Promise<Reply> {
    let name = `/${segmentsOf(message.url ?? "/").join("/")}`;
    try {
      const request = await readRequest(message);
      if (this.phase !== "serving") throw unavailable("Director is starting");
      const { route, params } = this.#matched(request);
      // The pattern, not the path: a path may carry a registration token.
      name = `/${route.pattern.join("/")}${route.action === undefined ? "" : `?action=${route.action}`}`;
      const reply = await route.handle(new Call(request, params, this));
      this.log(`${request.method} ${name} ${reply.status}`);
      return reply;
    } catch (error) {
      const reply = this.#refusal(error);
      this.log(`${message.method ?? "GET"} ${name} ${reply.status} ${textAt(reply.body, "code") ?? ""}`);
      return reply;
    }
  }

  /** As elastalert does: what it finds new goes to the alert store. */
  #storeAlerts(): void {
    if (!this.#wiring.hasPart(this.#context, "elastalert") || !this.#hasAlertStore()) return;
    const db = this.database();
    for (const { id, stored } of db.list("alerts")) if (stored !== true) db.update("alerts", id, { stored: true });
  }

  #hasAlertStore(): boolean {
    return this.#wiring.hasPart(this.#context, ALERT_STORE) && this.#wiring.storeFor(this.#context, this.#wiring.metrics) !== undefined;
  }

  /** Cortex, as far as what stands in its way is there. */
  #metrics(way: readonly string[]): SampleStore {
    const missing = way.find((workload) => !this.#wiring.hasPart(this.#context, workload));
    const store = this.#wiring.storeFor(this.#context, this.#wiring.metrics);
    if (store === undefined || missing !== undefined) throw unavailable(`${missing ?? "cassandra"} does not answer`);
    return store;
  }

  #matched(request: ApiRequest): Match {
    try {
      return matchRoute(routes, request);
    } catch (error) {
      this.#wiring.log(`director: ${request.method} /${request.segments.join("/")} is not known`);
      throw error;
    }
  }

  #refusal(error: unknown): Reply {
    if (error instanceof ApiError) return { status: error.status, body: error.body };
    if (error instanceof ApiStatusError) return { status: error.code, body: error.status };
    if (error instanceof DatabaseGone) return { status: 503, body: unavailable(error.message).body };
    this.log(error instanceof Error ? (error.stack ?? error.message) : String(error));
    return { status: 500, body: new ApiError(500, "InternalError", "the server failed").body };
  }

  #dockerConfig(): string | undefined {
    const { store, pod } = this.#context;
    return textAt(store.get(store.resource("Secret"), pod.metadata.namespace, PULL_SECRET), "data", ".dockerconfigjson");
  }
}
