import type { Machine } from "../datacenter/machine.ts";
import type { Snapshot } from "../datacenter/snapshot-tree.ts";
import { entityProperties } from "./entity.ts";
import { hostOf, snapshotRef, vmRef } from "./inventory.ts";
import type { ManagedObject, Properties } from "./managed-object.ts";
import { refs } from "./value.ts";
import { notFound } from "./vim-fault.ts";
import { configOf, guestOf, heartbeat, runtimeOf, summaryOf } from "./vm-info.ts";
import { layoutExOf } from "./vm-layout.ts";
import { cloneMethods } from "./vm-clone.ts";
import { revertTo, taskMethod, vmMethods } from "./vm-methods.ts";
import { findOwner, snapshotInfoOf } from "./vm-snapshots.ts";
import type { World } from "./world.ts";

const DISABLED = {
  poweredOn: ["PowerOnVM_Task"],
  poweredOff: ["PowerOffVM_Task", "ResetVM_Task", "SuspendVM_Task"],
  suspended: ["ResetVM_Task", "SuspendVM_Task"],
} as const;

const unset = (): undefined => undefined;

const vmProperties = (world: World, machine: Machine): Properties => ({
  ...entityProperties({
    name: machine.spec.name,
    parent: world.inventory.vmFolder,
    recentTask: () => world.tasks.recent(vmRef(machine)).map((task) => task.ref),
    disabledMethod: () => DISABLED[machine.powerState],
  }),
  config: () => configOf(world, machine),
  datastore: () => refs([world.inventory.datastore]),
  guest: () => guestOf(world, machine),
  guestHeartbeatStatus: () => heartbeat(machine),
  layout: unset,
  layoutEx: () => layoutExOf(machine, world.configs.of(machine).modifiedMs),
  network: () => refs([world.inventory.network]),
  parentVApp: unset,
  resourceConfig: unset,
  resourcePool: () => hostOf(world.inventory, machine).pool,
  rootSnapshot: () => refs(machine.rootSnapshots.map((snapshot) => snapshotRef(snapshot.id))),
  runtime: () => runtimeOf(world, machine),
  snapshot: () => snapshotInfoOf(machine),
  storage: unset,
  summary: () => summaryOf(world, machine),
});

/** A VM. */
export const vmObject = (world: World, machine: Machine): ManagedObject => ({
  ref: vmRef(machine),
  properties: vmProperties(world, machine),
  methods: { ...vmMethods(world, machine), ...cloneMethods(world, machine) },
});

const snapshotObject = (world: World, machine: Machine, snapshot: Snapshot): ManagedObject => ({
  ref: snapshotRef(snapshot.id),
  properties: {
    config: () => configOf(world, machine, world.configs.inSnapshot(machine, snapshot.id)),
    childSnapshot: () => refs(snapshot.children.map((child) => snapshotRef(child.id))),
    vm: () => vmRef(machine),
    availableField: unset,
    value: unset,
  },
  methods: {
    RevertToSnapshot_Task: taskMethod({ world, machine, method: "RevertToSnapshot_Task" }, (args) => {
      const suppressPowerOn = args.flag("suppressPowerOn") ?? false;
      return { work: () => revertTo(world, machine, { id: snapshot.id, suppressPowerOn }) };
    }),
    RemoveSnapshot_Task: taskMethod({ world, machine, method: "RemoveSnapshot_Task" }, (args) => {
      const withChildren = args.flag("removeChildren") ?? false;
      return {
        work: () => {
          if (!machine.removeSnapshot(snapshot.id, withChildren)) throw notFound(`snapshot ${snapshot.id} of ${machine.spec.name}`);
          world.configs.touch(machine);
          return undefined;
        },
      };
    }),
  },
});

/** The snapshot of this id on whichever VM has it. */
export const findSnapshotObject = (world: World, id: string): ManagedObject | undefined => {
  const found = findOwner(world.inventory.machines, id);
  return found === undefined ? undefined : snapshotObject(world, found.machine, found.snapshot);
};
