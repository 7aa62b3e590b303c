import type { SimTime } from "../datacenter/sim-time.ts";
import type { KubeletPort } from "../kubernetes/api/call.ts";
import type { EtcdStore } from "../kubernetes/etcd-store.ts";
import type { AgentInstallation } from "./agent-manifest.ts";
import type { Database } from "./database.ts";
import type { LogIndex } from "./observe/log-index.ts";
import type { StoredSample } from "./observe/sample-store.ts";
import type { ClusterRow } from "./rows.ts";

/** The Director server as its routes see it. */
export interface DirectorCore {
  readonly time: SimTime;
  /** Release and registry of the image the server itself runs: `1.12.0`, `127.0.0.1:5000`. */
  readonly release: string;
  readonly registry: string;
  /** 0 means without limit. */
  readonly maxMembersPerProject: number;
  /** Throws 503 when mysql is not there. */
  database(): Database;
  /** The store behind the tunnel of a cluster's agents; throws 503 when they are not connected. */
  storeOf(cluster: ClusterRow): EtcdStore;
  /** The kubelets behind the same tunnel, as far as they hand out logs; throws 503 when they cannot be reached. */
  logsOf(cluster: ClusterRow): KubeletPort["logs"];
  /** The highest version of pools and volumes that the agents saw; undefined when there are none. */
  dataPlaneVersion(clusterId: string): string | undefined;
  /** Whether a pod of a workload beside the server is Ready; by its name. */
  isUp(workload: string): boolean;
  /** What the metrics of a project hold now, or held at a moment in milliseconds since 1970; throws 503 while they cannot be read. */
  samplesOf(projectId: string, atMs?: number): readonly StoredSample[];
  /** Throws 503 while Elasticsearch is not there. */
  logIndex(): LogIndex;
  /** The database, for what lies in the alert store; throws 503 while that cannot be reached. */
  alertStore(): Database;
  /** Makes a new cluster `inactive` once its registration is prepared. */
  prepareRegistration(clusterId: string): void;
  /** What the agents of a cluster need; `base` is where they reach Director. */
  agentInstallation(cluster: ClusterRow, base: string): AgentInstallation;
  log(line: string): void;
}
