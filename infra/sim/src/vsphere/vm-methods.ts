import type { Machine } from "../datacenter/machine.ts";
import { findSnapshot, type PowerState } from "../datacenter/snapshot-tree.ts";
import { snapshotRef, vmRef } from "./inventory.ts";
import type { Call, Method, Methods } from "./managed-object.ts";
import type { Work } from "./task-board.ts";
import { concurrentAccess, invalidArgument, invalidPowerState, managedObjectNotFound, notFound, notSupported } from "./vim-fault.ts";
import type { World } from "./world.ts";
import type { XmlElement } from "./xml-element.ts";

/** Simulated milliseconds that a task on a VM takes, by method. */
export const TASK_MS = {
  PowerOnVM_Task: 3000,
  PowerOffVM_Task: 2000,
  ResetVM_Task: 2000,
  CreateSnapshot_Task: 5000,
  RevertToSnapshot_Task: 8000,
  RevertToCurrentSnapshot_Task: 8000,
  RemoveSnapshot_Task: 4000,
  RemoveAllSnapshots_Task: 6000,
  ReconfigVM_Task: 500,
  SuspendVM_Task: 4000,
  ConsolidateVMDisks_Task: 6000,
  CloneVM_Task: 20_000,
  Destroy_Task: 2000,
} as const;

export type TaskMethod = keyof typeof TASK_MS;

/** Tasks that a real server stops when it is asked to; it refuses that for all others. */
const CANCELABLE: ReadonlySet<TaskMethod> = new Set(["CreateSnapshot_Task", "CloneVM_Task"]);

/** A method that makes a task on the machine out of what `prepare` says. */
export const taskMethod = (
  parts: { readonly world: World; readonly machine: Machine; readonly method: TaskMethod },
  prepare: (args: XmlElement) => Pick<Work, "check" | "work">,
): Method => {
  const { world, machine, method } = parts;
  return (call: Call) =>
    world.tasks.start({
      ...prepare(call.args),
      subject: {
        method,
        entity: vmRef(machine),
        entityName: machine.spec.name,
        esxHost: machine.spec.esxHost,
        userName: call.session.userName,
      },
      durationMs: TASK_MS[method],
      cancelable: CANCELABLE.has(method),
      // A VM may be cloned several times at once, and while other tasks change it.
      shared: method === "CloneVM_Task",
    });
};

const mustBe = (machine: Machine, states: readonly PowerState[], requested?: PowerState): void => {
  if (!states.includes(machine.powerState)) throw invalidPowerState(machine.powerState, requested);
};

/** Puts the disk, and the memory it has, of a snapshot back; fault `NotFound` when it is gone by then. */
export const revertTo = (
  world: World,
  machine: Machine,
  options: { readonly id: string | undefined; readonly suppressPowerOn: boolean },
): undefined => {
  const { id, suppressPowerOn } = options;
  if (id === undefined || findSnapshot(machine.rootSnapshots, id) === undefined)
    throw notFound(`a snapshot of ${machine.spec.name} to revert to`);
  world.configs.thaw(machine, id);
  machine.revert(id, { suppressPowerOn });
  return undefined;
};

const powerMethods = (world: World, machine: Machine): Methods => ({
  PowerOnVM_Task: taskMethod({ world, machine, method: "PowerOnVM_Task" }, (args) => {
    const host = args.refOf("host");
    if (host !== undefined && world.find(host) === undefined) throw managedObjectNotFound(host);
    const check = (): void => {
      if (machine.spec.template === true) throw notSupported("a template cannot be powered on");
      mustBe(machine, ["poweredOff", "suspended"], "poweredOn");
    };
    return { check, work: () => (machine.powerOn(), undefined) };
  }),
  PowerOffVM_Task: taskMethod({ world, machine, method: "PowerOffVM_Task" }, () => ({
    check: () => mustBe(machine, ["poweredOn", "suspended"], "poweredOff"),
    work: () => (machine.powerOff(), undefined),
  })),
  ResetVM_Task: taskMethod({ world, machine, method: "ResetVM_Task" }, () => ({
    check: () => mustBe(machine, ["poweredOn"], "poweredOn"),
    work: () => (machine.powerOff(), machine.powerOn(), undefined),
  })),
  SuspendVM_Task: taskMethod({ world, machine, method: "SuspendVM_Task" }, () => ({
    check: () => mustBe(machine, ["poweredOn"], "suspended"),
    work: () => (machine.suspend(), undefined),
  })),
});

const createSnapshot = (world: World, machine: Machine, args: XmlElement): Pick<Work, "work"> => {
  const name = args.required("name");
  const memory = args.flag("memory");
  const quiesce = args.flag("quiesce");
  if (name === "" || name.length > 80) throw invalidArgument("name", "it must have 1 to 80 characters");
  if (memory === undefined) throw invalidArgument("memory", "it is required");
  if (quiesce === undefined) throw invalidArgument("quiesce", "it is required");
  return {
    work: () => {
      const snapshot = machine.takeSnapshot(name, args.textOf("description") ?? "", { memory, quiesce });
      world.configs.touch(machine);
      world.configs.freeze(machine, snapshot.id);
      return snapshotRef(snapshot.id);
    },
  };
};

const snapshotMethods = (world: World, machine: Machine): Methods => ({
  CreateSnapshot_Task: taskMethod({ world, machine, method: "CreateSnapshot_Task" }, (args) => createSnapshot(world, machine, args)),
  RevertToCurrentSnapshot_Task: taskMethod({ world, machine, method: "RevertToCurrentSnapshot_Task" }, (args) => {
    const suppressPowerOn = args.flag("suppressPowerOn") ?? false;
    return { work: () => revertTo(world, machine, { id: machine.currentSnapshotId, suppressPowerOn }) };
  }),
  ConsolidateVMDisks_Task: taskMethod({ world, machine, method: "ConsolidateVMDisks_Task" }, () => ({
    work: () => {
      machine.consolidationNeeded = false;
      world.configs.touch(machine);
      return undefined;
    },
  })),
  RemoveAllSnapshots_Task: taskMethod({ world, machine, method: "RemoveAllSnapshots_Task" }, () => ({
    work: () => {
      const ids = machine.rootSnapshots.map((snapshot) => snapshot.id);
      for (const id of ids) machine.removeSnapshot(id, true);
      world.configs.touch(machine);
      return undefined;
    },
  })),
});

const reconfigure = (world: World, machine: Machine, args: XmlElement): Pick<Work, "check" | "work"> => {
  const spec = args.child("spec");
  if (spec === undefined) throw invalidArgument("spec", "it is required");
  const annotation = spec.textOf("annotation");
  const changeVersion = spec.textOf("changeVersion");
  const others = spec.children.map((child) => child.name).filter((name) => !["annotation", "changeVersion"].includes(name));
  const check = (): void => {
    if (others.length > 0) throw notSupported(`the simulated VM changes only its annotation, not ${others.join(", ")}`);
    if ((changeVersion ?? "") !== "" && changeVersion !== world.configs.of(machine).changeVersion) throw concurrentAccess();
  };
  return {
    check,
    work: () => {
      check();
      if (annotation !== undefined) world.configs.annotate(machine, annotation);
      return undefined;
    },
  };
};

/** What can be called on a VM. */
export const vmMethods = (world: World, machine: Machine): Methods => ({
  ...powerMethods(world, machine),
  ...snapshotMethods(world, machine),
  ReconfigVM_Task: taskMethod({ world, machine, method: "ReconfigVM_Task" }, (args) => reconfigure(world, machine, args)),
});
