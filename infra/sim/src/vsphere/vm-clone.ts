import type { Machine, MachineSpec } from "../datacenter/machine.ts";
import { copyDisk } from "../datacenter/disk.ts";
import { machinesOn, vmRef, type EsxHost } from "./inventory.ts";
import type { Methods } from "./managed-object.ts";
import type { Work } from "./task-board.ts";
import type { Ref } from "./value.ts";
import { duplicateName, invalidArgument, invalidPowerState, managedObjectNotFound, notSupported } from "./vim-fault.ts";
import { taskMethod } from "./vm-methods.ts";
import type { World } from "./world.ts";
import type { XmlElement } from "./xml-element.ts";

const KNOWN: Readonly<Record<string, readonly string[]>> = {
  spec: ["location", "template", "config", "powerOn"],
  location: ["datastore", "pool", "host", "folder", "diskMoveType"],
  config: ["annotation", "extraConfig"],
};

/** What this simulator does not do must not look done. */
const refuseUnknown = (element: XmlElement | undefined): void => {
  const others = (element?.children ?? []).map((child) => child.name).filter((name) => KNOWN[element?.name ?? ""]?.includes(name) !== true);
  if (others.length > 0) throw notSupported(`a simulated clone knows no ${others.join(", ")} in ${element?.name ?? "its spec"}`);
};

const existing = (world: World, ref: Ref | undefined): void => {
  if (ref !== undefined && world.find(ref) === undefined) throw managedObjectNotFound(ref);
};

/** The host asked for, else the one of the pool; of several the one with the fewest VMs, as DRS would. */
const hostFor = (world: World, location: XmlElement | undefined): EsxHost => {
  const [host, pool] = [location?.refOf("host"), location?.refOf("pool")];
  const fitting = world.inventory.hosts.filter(
    (one) => (host === undefined || one.host.id === host.id) && (pool === undefined || one.pool.id === pool.id),
  );
  const [first] = fitting.toSorted((a, b) => machinesOn(world.inventory, a).length - machinesOn(world.inventory, b).length);
  if (first === undefined) throw invalidArgument("spec.location", "host and pool belong to different compute resources");
  return first;
};

const nextId = (world: World): string =>
  `vm-${1 + Math.max(...world.inventory.machines.map(({ spec }) => Number(spec.id.replace("vm-", ""))), 1000)}`;

const specOf = (world: World, source: Machine, args: XmlElement): MachineSpec => ({
  id: nextId(world),
  name: args.required("name"),
  // No node of a simulated cluster: its kubelet is the business of whoever bootstraps it.
  cluster: "",
  node: args.required("name"),
  plane: "worker",
  esxHost: hostFor(world, args.child("spec")?.child("location")).name,
  diskGib: source.spec.diskGib,
});

const configure = (world: World, machine: Machine, config: XmlElement | undefined): void => {
  const annotation = config?.textOf("annotation");
  if (annotation !== undefined) world.configs.annotate(machine, annotation);
  for (const option of config?.all("extraConfig") ?? []) machine.extraConfig.set(option.required("key"), option.textOf("value") ?? "");
};

const cloneVm = (world: World, source: Machine, args: XmlElement): Pick<Work, "check" | "work"> => {
  const spec = args.child("spec");
  if (spec === undefined) throw invalidArgument("spec", "it is required");
  const location = spec.child("location");
  if (location === undefined) throw invalidArgument("spec.location", "it is required");
  existing(world, args.requiredRef("folder"));
  for (const name of ["datastore", "pool", "host", "folder"]) existing(world, location.refOf(name));
  for (const element of [spec, location, spec.child("config")]) refuseUnknown(element);
  if (spec.flag("template") === true) throw notSupported("a simulated clone is no template");
  const name = args.required("name");
  const check = (): void => {
    const other = world.inventory.machines.find((machine) => machine.spec.name === name);
    if (other !== undefined) throw duplicateName(name, vmRef(other));
    if (source.spec.template === true && location.refOf("pool") === undefined)
      throw invalidArgument("spec.location.pool", "a template has no pool of its own");
  };
  const work = (): Ref => {
    check();
    const machine = world.addMachine(specOf(world, source, args));
    machine.disk = copyDisk(source.disk);
    configure(world, machine, spec.child("config"));
    if (spec.flag("powerOn") === true) machine.powerOn();
    return vmRef(machine);
  };
  return { check, work };
};

/** How VMs come and go: `CloneVM_Task` and `Destroy_Task`. */
export const cloneMethods = (world: World, machine: Machine): Methods => ({
  CloneVM_Task: taskMethod({ world, machine, method: "CloneVM_Task" }, (args) => cloneVm(world, machine, args)),
  Destroy_Task: taskMethod({ world, machine, method: "Destroy_Task" }, () => ({
    check: () => {
      if (machine.powerState !== "poweredOff") throw invalidPowerState(machine.powerState, "poweredOff");
    },
    work: () => {
      world.removeMachine(machine);
      return undefined;
    },
  })),
});
