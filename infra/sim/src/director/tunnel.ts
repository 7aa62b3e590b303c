import { AGENTS } from "./agent-manifest.ts";
import type { Sample } from "./observe/samples.ts";
import type { JobRow } from "./rows.ts";

export interface NodeReport {
  readonly name: string;
  readonly ready: boolean;
  readonly labels: Readonly<Record<string, string>>;
  readonly capacity: Readonly<Record<string, string>>;
  readonly internalIp?: string;
}

/** OpenEBS as an agent finds it on its cluster, whoever installed it. */
export interface OpenebsReport {
  readonly namespace: string;
  readonly version: string;
  readonly ready: boolean;
  /** Highest version of pools and volumes; absent without any. */
  readonly dataPlaneVersion?: string;
}

/** A pool or a volume, and whether it is as it should be. */
export interface HealthReport {
  readonly name: string;
  readonly healthy: boolean;
}

/** What cortex-agent sends: values of one moment, milliseconds since 1970. */
export interface MetricsPush {
  readonly atMs: number;
  readonly samples: readonly Sample[];
}

export interface AgentReport {
  readonly cluster: string;
  readonly kubernetesVersion?: string;
  /** Agents of maya-system by name, and whether they are Ready. */
  readonly components: Readonly<Record<string, boolean>>;
  readonly nodes: readonly NodeReport[];
  readonly openebs?: OpenebsReport;
  readonly pools?: readonly HealthReport[];
  readonly volumes?: readonly HealthReport[];
}

/** What Director answers a heartbeat with: go on, leave the cluster, or nobody of that token is known. */
export type HeartbeatAnswer = "ok" | "leave" | "unknown";

/** What agents use to speak with their Director; every call names the cluster by its registration token. */
export interface Tunnel {
  /** Of the Director at the other end. */
  readonly release: string;
  heartbeat(token: string, report: AgentReport): HeartbeatAnswer;
  push(token: string, push: MetricsPush): void;
  /** Unfinished jobs of these kinds, oldest first. */
  jobs(token: string, kinds: readonly JobRow["kind"][]): readonly JobRow[];
  progress(token: string, jobId: string, change: Pick<JobRow, "state"> & { readonly message?: string }): void;
}

export const allReady = (components: Readonly<Record<string, boolean>>): boolean => AGENTS.every((name) => components[name] === true);
