import type { Authority } from "../certificates/authority.ts";
import type { DataCenter } from "../datacenter/data-center.ts";
import type { Machine } from "../datacenter/machine.ts";
import { Changes } from "./changes.ts";
import { EventLog } from "./event-log.ts";
import { folderObjects } from "./folder-objects.ts";
import { eventManager, taskManager } from "./history.ts";
import { hostObjects } from "./host-objects.ts";
import { layInventory } from "./inventory.ts";
import type { ManagedObject } from "./managed-object.ts";
import { searchIndex } from "./search-index.ts";
import { Service } from "./service.ts";
import { serviceInstance } from "./service-objects.ts";
import { Sessions } from "./session.ts";
import { listen } from "./soap-server.ts";
import { storageObjects } from "./storage-objects.ts";
import { TaskBoard, type TaskHook } from "./task-board.ts";
import type { Task } from "./task.ts";
import { viewManager } from "./views.ts";
import { VmConfigs } from "./vm-config.ts";
import { findSnapshotObject, vmObject } from "./vm-objects.ts";
import type { Credentials, World } from "./world.ts";

export interface VsphereOptions {
  readonly dataCenter: DataCenter;
  readonly authority: Authority;
  readonly credentials: Credentials;
  /** 0 or absent: a free one. */
  readonly port?: number;
  /** Gets a line for each call that the simulator does not know. */
  readonly log?: (line: string) => void;
  /** Asked before each task on a VM; what it answers makes the task fail. */
  readonly taskHook?: TaskHook;
  /** How long each call is on its way, in real milliseconds; default not at all. */
  readonly latencyMs?: number;
  /** Address that the guest tells; none by default. */
  readonly guestAddress?: (machine: Machine) => string | undefined;
}

/** A task on a VM as the server has logged it; times are milliseconds since 1970. */
export interface LoggedTask {
  readonly method: string;
  readonly vm: string;
  readonly esxHost: string;
  readonly state: string;
  readonly startedAt: number | undefined;
  readonly completedAt: number | undefined;
}

export interface VsphereServer {
  /** `https://127.0.0.1:<port>`; the SDK is at `/sdk` below it. */
  readonly url: string;
  /** The last tasks on VMs, oldest first. */
  tasks(): LoggedTask[];
  /** Ends every login, as a restart of vCenter would; the next call of its owner is refused with `NotAuthenticated`. */
  endSessions(): void;
  /** Ends tasks without effect, and breaks all connections. */
  close(): Promise<void>;
}

const buildWorld = (options: VsphereOptions): World => {
  const { dataCenter } = options;
  const changes = new Changes();
  const objects = new Map<string, ManagedObject>();
  const inventory = layInventory(dataCenter);
  const events = new EventLog(inventory, () => dataCenter.time.now());
  const world: World = {
    dataCenter,
    changes,
    sessions: new Sessions(),
    tasks: new TaskBoard({ time: dataCenter.time, changes, hook: options.taskHook, listener: events, log: options.log ?? (() => {}) }),
    configs: new VmConfigs(() => dataCenter.time.now()),
    inventory,
    events,
    credentials: options.credentials,
    find: (ref) => objects.get(ref.id) ?? world.tasks.find(ref.id) ?? findSnapshotObject(world, ref.id),
    addMachine: (spec) => {
      const machine = dataCenter.add(spec);
      objects.set(spec.id, vmObject(world, machine));
      machine.onChange(() => changes.touch());
      changes.touch();
      return machine;
    },
    removeMachine: (machine) => {
      dataCenter.remove(machine);
      objects.delete(machine.spec.id);
      changes.touch();
    },
    guestAddress: options.guestAddress ?? (() => undefined),
  };
  const all = [
    serviceInstance(world),
    taskManager(world),
    eventManager(world),
    viewManager(world),
    searchIndex(world),
    ...folderObjects(world.inventory),
    ...hostObjects(world),
    ...storageObjects(world),
    ...dataCenter.machines.map((machine) => vmObject(world, machine)),
  ];
  for (const object of all) objects.set(object.ref.id, object);
  return world;
};

const loggedTask = ({ subject: { method, entityName: vm, esxHost }, state, startedAt, completedAt }: Task): LoggedTask => ({
  method,
  vm,
  esxHost,
  state,
  startedAt,
  completedAt,
});

/** Starts a vCenter over the machines of the data centre: vim25 as SOAP over HTTPS on 127.0.0.1. */
export const startVsphere = async (options: VsphereOptions): Promise<VsphereServer> => {
  const world = buildWorld(options);
  const forget = options.dataCenter.machines.map((machine) => machine.onChange(() => world.changes.touch()));
  const tls = await options.authority.issueServer({ names: ["vcenter.sim.local"] });
  const listener = await listen(new Service(world), {
    tls,
    port: options.port ?? 0,
    log: options.log ?? (() => {}),
    ...(options.latencyMs !== undefined && { latencyMs: options.latencyMs }),
  });
  return {
    url: `https://127.0.0.1:${listener.port}`,
    tasks: () => world.tasks.list().map(loggedTask),
    endSessions: () => world.sessions.endAll(),
    close: async () => {
      for (const stop of forget) stop();
      world.tasks.close();
      world.sessions.endAll();
      await listener.close();
    },
  };
};
