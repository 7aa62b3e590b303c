import type { DirectorClient } from "@kubera-e2e/director";
import type { KubeClient } from "@kubera-e2e/kube";
import type { Machines } from "@kubera-e2e/machines";
import type { RegistryClient } from "@kubera-e2e/registry";
import type { Clock } from "@kubera-e2e/schema/clock";
import type { Redactor } from "@kubera-e2e/schema/redactor";
import type { Credentials } from "@kubera-e2e/schema/settings";
import type { TestBed } from "@kubera-e2e/schema/test-bed";
import type { BedMarks } from "./bed-marks.ts";
import type { BedWays } from "./bed-ways.ts";
import type { Progress } from "./progress.ts";
import type { RestoreReport } from "./restore-report.ts";

/** What an API server's certificate and clock say. */
export interface ServerLook {
  /** Its `Date` header, milliseconds since 1970; whole seconds. */
  readonly dateMs: number;
  /** Last moment at which every certificate of the cluster's kubeconfig and server is valid. */
  readonly certificatesUntil?: string;
}

/** The clients of a bed's clusters and services; what is not used is never opened. */
export interface BedClients {
  readonly bed: TestBed;
  /** The declared ways to its endpoints; its clients use them already. */
  readonly ways: BedWays;
  /** One client per cluster, by its name in the bed. */
  kube(cluster: string): Promise<KubeClient>;
  /** The bed's image registry, with its pull secret. */
  registry(): Promise<RegistryClient>;
  /** Signed in as the bed's administrator. */
  director(): Promise<DirectorClient>;
  /** Not signed in. */
  visitDirector(): Promise<DirectorClient>;
  /** Resolves when Director's /ping answers; errors of the room http, `DIRECTOR_REFUSED`. */
  pingDirector(signal: AbortSignal): Promise<void>;
  /** Errors of the room http: `TLS_EXPIRED`, `CONNECTION_REFUSED` and their kin. */
  lookAtServer(cluster: string, signal: AbortSignal): Promise<ServerLook>;
  /** A secret that the bed names. Error: `SECRET_MISSING`. */
  secret(name: string): Credentials;
  readonly clock: Clock;
  /** Knows every secret that this process was given; masks what is shown or stored. */
  readonly redactor: Redactor;
  /** What it is told is masked already. */
  readonly onProgress: Progress;
  close(): Promise<void>;
}

/** A bed with its machines: what restores and takes sets. */
export interface BedContext extends BedClients {
  readonly machines: Machines;
  readonly marks: BedMarks;
  /** Why its VMs may stand at different times, by what its lease says; absent where no lease is held. */
  readonly mixed?: () => string | undefined;
  /** Called once after every restore, however it ended. */
  readonly onRestored: (report: RestoreReport) => Promise<void>;
}

/** The cluster of role server; every bed has exactly one. */
export const serverCluster = (bed: TestBed): TestBed["clusters"][number] => {
  const server = bed.clusters.find((cluster) => cluster.role === "server");
  if (server === undefined) throw new Error("a bed without a cluster of role server passed its schema");
  return server;
};
