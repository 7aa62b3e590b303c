import { AGENTS } from "./agent-manifest.ts";
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

export interface AgentReport {
  readonly cluster: string;
  readonly kubernetesVersion?: string;
  /** Agents of maya-system by name, and whether they are Ready. */
  readonly components: Readonly<Record<string, boolean>>;
  readonly nodes: readonly NodeReport[];
  readonly openebs?: OpenebsReport;
}

/** What Director answers a heartbeat with: go on, leave the cluster, or nobody of that token is known. */
export type HeartbeatAnswer = "ok" | "leave" | "unknown";

/** What agents use to speak with their Director; every call names the cluster by its registration token. */
export interface Tunnel {
  heartbeat(token: string, report: AgentReport): HeartbeatAnswer;
  /** Unfinished jobs of these kinds, oldest first. */
  jobs(token: string, kinds: readonly JobRow["kind"][]): readonly JobRow[];
  progress(token: string, jobId: string, change: Pick<JobRow, "state"> & { readonly message?: string }): void;
}

export const allReady = (components: Readonly<Record<string, boolean>>): boolean => AGENTS.every((name) => components[name] === true);
