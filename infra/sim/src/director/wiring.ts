import type { KubeletPort } from "../kubernetes/api/call.ts";
import type { EtcdStore } from "../kubernetes/etcd-store.ts";
import { isCutOff } from "../kubernetes/network-policies.ts";
import type { ProgramContext } from "../kubernetes/program.ts";
import type { Database } from "./database.ts";
import { at, listAt, textAt } from "./json.ts";
import type { NetworksOf } from "./network-fault.ts";
import type { LogIndex } from "./observe/log-index.ts";
import type { SampleStore } from "./observe/sample-store.ts";
import type { DirectorServer } from "./server.ts";
import type { Tunnel } from "./tunnel.ts";

/** Data on the disk of a node by volume name; undefined when there is no such node. */
export type VolumesOf = (cluster: string, node: string) => Map<string, unknown> | undefined;

export interface WiringOptions {
  /** Host and port of the registry, for images that name none. */
  readonly registryHost: string;
  readonly administrator: { readonly username: string; readonly password: string };
  readonly clusterStores: (name: string) => EtcdStore | undefined;
  readonly clusterLogs: (name: string) => KubeletPort["logs"] | undefined;
  readonly volumesOf: VolumesOf;
  readonly networksOf: NetworksOf;
  readonly maxMembersPerProject: number;
  readonly log: (line: string) => void;
}

interface Process<T> {
  readonly context: ProgramContext;
  readonly value: T;
}

/** Whether the cluster counts the pod as Ready, and so sends it traffic. */
const isReady = ({ store, pod }: ProgramContext): boolean => {
  const now = store.get(store.resource("Pod"), pod.metadata.namespace, pod.metadata.name);
  if (now?.metadata.uid !== pod.metadata.uid) return false;
  return listAt(now, "status", "conditions").some((entry) => textAt(entry, "type") === "Ready" && at(entry, "status") === "True");
};

/** Whether one in a pod is reached by whoever asks from another pod of the same namespace. */
const isReached = (asking: ProgramContext, { cluster, pod, store }: ProgramContext): boolean =>
  cluster === asking.cluster &&
  pod.metadata.namespace === asking.pod.metadata.namespace &&
  !isCutOff(asking.store, asking.pod, "Egress") &&
  !isCutOff(store, pod, "Ingress");

/** Agents dial the same few addresses many times a second. */
const ports = new Map<string, string | undefined>();

const portOf = (url: string): string | undefined => {
  if (!ports.has(url)) ports.set(url, URL.canParse(url) ? new URL(url).port : undefined);
  return ports.get(url);
};

/** Processes of one kind while they run, in order of their start. */
class Processes<T> {
  readonly #running = new Set<Process<T>>();

  add(context: ProgramContext, value: T): void {
    const process = { context, value };
    this.#running.add(process);
    context.signal.addEventListener("abort", () => this.#running.delete(process), { once: true });
  }

  find(isWanted: (context: ProgramContext) => boolean): Process<T> | undefined {
    for (const process of this.#running) if (isWanted(process.context)) return process;
    return undefined;
  }
}

/** How the running parts of Director find one another: ingress, server and database, across pods. */
export class Wiring {
  readonly registryHost: string;
  readonly administrator: WiringOptions["administrator"];
  readonly clusterStores: WiringOptions["clusterStores"];
  readonly clusterLogs: WiringOptions["clusterLogs"];
  readonly volumesOf: VolumesOf;
  readonly networksOf: NetworksOf;
  readonly maxMembersPerProject: number;
  /** For what nobody handles. */
  readonly log: WiringOptions["log"];
  readonly ingresses = new Processes<undefined>();
  readonly servers = new Processes<DirectorServer>();
  readonly databases = new Processes<Database>();
  readonly metrics = new Processes<SampleStore>();
  readonly logs = new Processes<LogIndex>();
  /** Parts that keep nothing, and without which others do not work. */
  readonly parts = new Processes<undefined>();
  /** Where the ingress listens; undefined until it is started. */
  url: string | undefined;

  constructor(options: WiringOptions) {
    this.registryHost = options.registryHost;
    this.administrator = options.administrator;
    this.clusterStores = options.clusterStores;
    this.clusterLogs = options.clusterLogs;
    this.volumesOf = options.volumesOf;
    this.networksOf = options.networksOf;
    this.maxMembersPerProject = options.maxMembersPerProject;
    this.log = options.log;
  }

  /** The store of this kind that serves whoever asks, in his namespace; undefined while one of the two is cut off too. */
  storeFor<T>(asking: ProgramContext, stores: Processes<T>): T | undefined {
    return stores.find((context) => isReached(asking, context))?.value;
  }

  /** Whether a process runs in a pod and is reached by whoever asks; all reach themselves. */
  reaches<T>(asking: ProgramContext, processes: Processes<T>, { metadata }: ProgramContext["pod"]): boolean {
    const isOwn = metadata.uid === asking.pod.metadata.uid;
    const isMeant = ({ pod }: ProgramContext): boolean => pod.metadata.uid === metadata.uid;
    return processes.find((context) => isMeant(context) && (isOwn || isReached(asking, context))) !== undefined;
  }

  /** Whether a part serves whoever asks; by the name of its workload. */
  hasPart(asking: ProgramContext, workload: string): boolean {
    const isMeant = ({ pod }: ProgramContext): boolean => pod.metadata.name.startsWith(`${workload}-`);
    return this.parts.find((context) => isMeant(context) && isReached(asking, context)) !== undefined;
  }

  /** The cluster whose ingress takes connections at the moment. */
  ingressCluster(): string | undefined {
    return this.ingresses.find(isReady)?.context.cluster;
  }

  /** The server behind the ingress, as far as it has a ready endpoint that can be reached. */
  serverOf(cluster: string): DirectorServer | undefined {
    const isOpen = (context: ProgramContext): boolean => isReady(context) && !isCutOff(context.store, context.pod, "Ingress");
    return this.servers.find((context) => context.cluster === cluster && isOpen(context))?.value;
  }

  /** The way of an agent to the Director at `url`; undefined while it is cut somewhere. */
  dial({ store, pod }: ProgramContext, url: string): Tunnel | undefined {
    if (isCutOff(store, pod, "Egress")) return undefined;
    const port = portOf(url);
    if (this.url === undefined || port === undefined || port !== portOf(this.url)) return undefined;
    const cluster = this.ingressCluster();
    const server = cluster === undefined ? undefined : this.serverOf(cluster);
    return server?.phase === "serving" ? server.desk : undefined;
  }
}
