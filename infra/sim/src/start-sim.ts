import { randomBytes } from "node:crypto";
import type { SimUp } from "@kubera-e2e/schema/sim-up";
import { createAuthority } from "./certificates/authority.ts";
import { startControl } from "./control/control-server.ts";
import { watchParents } from "./control/parent-watch.ts";
import { newSimFolder, removeSimFolder, writePrivate } from "./control/sim-folder.ts";
import { simStatus } from "./control/sim-status.ts";
import { UnhandledCalls } from "./control/unhandled-calls.ts";
import { DataCenter } from "./datacenter/data-center.ts";
import { SimTime } from "./datacenter/sim-time.ts";
import { simMachines, simTemplate } from "./datacenter/topology.ts";
import { createDirectorWorld } from "./director/world.ts";
import { ActiveFaults } from "./faults/active-faults.ts";
import { loadFaults } from "./faults/fault.ts";
import { TaskFaults } from "./faults/task-faults.ts";
import { startCluster, type RunningCluster } from "./kubernetes/cluster/start-cluster.ts";
import { startObjectStore } from "./objectstore/start-object-store.ts";
import { startRegistry } from "./registry/registry-server.ts";
import { nodesAreReady, seedBareSet } from "./seed-set.ts";
import { startVsphere, type LoggedTask } from "./vsphere/start-vsphere.ts";

export interface StartSimOptions {
  /** By how much durations are divided. */
  readonly speed: number;
  /** Whether other processes of this user may find and use it. */
  readonly shared: boolean;
  /** The bed for which its first set is taken; default that of infra/testbeds/sim.yaml. */
  readonly bed?: string;
  /** How long each call of vSphere is on its way, in real milliseconds; default not at all. */
  readonly vsphereLatencyMs?: number;
  /** Processes whose end ends the simulator; default none. */
  readonly parents?: readonly number[];
}

export interface RunningSim {
  readonly up: SimUp;
  /** The last tasks on VMs as vSphere has logged them, oldest first. */
  readonly vsphereTasks: () => LoggedTask[];
  /** Ends everything and removes its folder; safe to call twice. */
  close(): Promise<void>;
  /** Resolves when it has ended, by whatever cause. */
  readonly closed: Promise<void>;
}

/** As infra/testbeds/sim.yaml names it. */
const BUCKET = "kubera-backups";

const newSecret = (): string => randomBytes(18).toString("base64url");

/** The protocols over one state, and the door for faults. */
const startProtocols = async ({ speed, vsphereLatencyMs, bed = "sim" }: StartSimOptions) => {
  const time = new SimTime(speed);
  const dataCenter = new DataCenter([...simMachines(), simTemplate()], time);
  const unhandled = new UnhandledCalls();
  const tasks = new TaskFaults();
  const log = (line: string): void => unhandled.note(line);
  const authority = await createAuthority();
  const secrets = {
    vsphere: { username: "administrator@vsphere.local", password: newSecret() },
    "director-admin": { username: "Administrator", password: newSecret() },
    "object-store": { username: `sim${randomBytes(8).toString("hex")}`, password: newSecret() },
  };
  const registry = await startRegistry({ authority, log });
  const { username: accessId, password: secretKey } = secrets["object-store"];
  const objectStore = await startObjectStore({ bucket: BUCKET, credentials: { accessId, secretKey }, log });
  const clusters = new Map<string, RunningCluster>();
  const machineOf = (name: string, node: string) => dataCenter.machinesOf(name).find(({ spec }) => spec.node === node);
  const world = createDirectorWorld({
    registryHost: registry.host,
    adminCredentials: secrets["director-admin"],
    clusterStores: (name) => clusters.get(name)?.store,
    clusterLogs: (name) => clusters.get(name)?.logs,
    volumesOf: (name, node) => machineOf(name, node)?.disk.volumes,
    networksOf: (name, node) => machineOf(name, node)?.memory?.networks,
    log,
  });
  const director = await world.startFrontend();
  for (const name of ["server", "member"]) {
    const machines = dataCenter.machinesOf(name);
    const cluster = await startCluster({ name, machines, authority, time, programs: world.programs, instantBoot: true, log });
    clusters.set(name, cluster);
    await nodesAreReady(cluster, machines.length);
  }
  seedBareSet(dataCenter, bed);
  const vsphere = await startVsphere({
    dataCenter,
    authority,
    credentials: secrets.vsphere,
    log,
    taskHook: tasks.hook,
    ...(vsphereLatencyMs !== undefined && { latencyMs: vsphereLatencyMs }),
  });
  const faults = loadFaults();
  const active = new ActiveFaults(dataCenter, tasks);
  const controlToken = newSecret();
  const status = (): unknown => simStatus({ dataCenter, active, unhandled });
  const control = await startControl({ token: controlToken, faults, active, status });
  const closeAll = async (): Promise<void> => {
    await Promise.allSettled([
      control.close(),
      vsphere.close(),
      director.close(),
      registry.close(),
      objectStore.close(),
      ...[...clusters.values()].map((cluster) => cluster.close()),
    ]);
  };
  return { authority, secrets, registry, objectStore, clusters, director, vsphere, control, controlToken, closeAll };
};

type Protocols = Awaited<ReturnType<typeof startProtocols>>;

/** Writes what clients need into the private folder; `sim.json` last, for it says that all the rest is there. */
const publish = (folder: string, protocols: Protocols, options: StartSimOptions): SimUp => {
  const ca = writePrivate(folder, "ca.pem", protocols.authority.certPem);
  const clusters = [...protocols.clusters.values()].map(({ name, api }) => ({
    name,
    url: api.url,
    kubeconfig: writePrivate(folder, `kubeconfig-${name}.yaml`, api.kubeconfig),
  }));
  writePrivate(folder, "control-token", protocols.controlToken);
  const values = writePrivate(
    folder,
    "values.json",
    JSON.stringify({
      ca,
      "vsphere.url": `${protocols.vsphere.url}/sdk`,
      "registry.url": protocols.registry.url,
      "director.url": protocols.director.url,
      "objectStore.url": protocols.objectStore.url,
      ...Object.fromEntries(clusters.map((cluster) => [`clusters.${cluster.name}.kubeconfig`, cluster.kubeconfig])),
      secrets: protocols.secrets,
    }),
  );
  const up: SimUp = {
    schema: "kubera-e2e/sim-up@1",
    target: "sim",
    pid: process.pid,
    startedAt: new Date().toISOString(),
    folder,
    values,
    ca,
    speed: options.speed,
    vsphere: { url: `${protocols.vsphere.url}/sdk` },
    registry: { url: protocols.registry.url },
    director: { url: protocols.director.url },
    control: { url: protocols.control.url },
    clusters,
  };
  if (options.shared) writePrivate(folder, "shared", "");
  writePrivate(folder, "sim.json", JSON.stringify(up, undefined, 2));
  return up;
};

/** Starts the simulated data centre in this process: bare clusters that are Ready, their set `bare`, and nothing installed. */
export const startSim = async (options: StartSimOptions): Promise<RunningSim> => {
  const folder = newSimFolder();
  const protocols = await startProtocols(options).catch((error: unknown) => {
    removeSimFolder(folder);
    throw error;
  });
  const up = publish(folder, protocols, options);
  let closing: Promise<void> | undefined;
  let announceEnd = (): void => {};
  const closed = new Promise<void>((resolve) => {
    announceEnd = resolve;
  });
  const end = async (): Promise<void> => {
    stopWatching();
    removeSimFolder(folder);
    await protocols.closeAll();
    announceEnd();
  };
  const close = (): Promise<void> => (closing ??= end());
  const stopWatching = watchParents(options.parents ?? [], () => void close());
  return { up, vsphereTasks: () => protocols.vsphere.tasks(), close, closed };
};
