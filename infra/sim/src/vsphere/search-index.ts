import type { Machine } from "../datacenter/machine.ts";
import { vmRef } from "./inventory.ts";
import type { ManagedObject } from "./managed-object.ts";
import { ref, refsIn, type Ref } from "./value.ts";
import { managedObjectNotFound } from "./vim-fault.ts";
import type { World } from "./world.ts";
import type { XmlElement } from "./xml-element.ts";

const FOLDERS = ["vmFolder", "hostFolder", "datastoreFolder", "networkFolder"] as const;
const CHILDREN: Readonly<Record<string, readonly string[]>> = {
  Folder: ["childEntity"],
  Datacenter: FOLDERS,
  ComputeResource: ["host", "resourcePool"],
  ResourcePool: ["resourcePool"],
};

const childNamed = (world: World, parent: ManagedObject, name: string): ManagedObject | undefined =>
  (CHILDREN[parent.ref.type] ?? [])
    .flatMap((property) => refsIn(parent.properties[property]?.()))
    .map((child) => world.find(child))
    .find((child) => child?.properties["name"]?.() === name);

const byPath = (world: World, path: string): Ref | undefined => {
  let object = world.find(world.inventory.root);
  for (const step of path.split("/").filter((part) => part !== "")) {
    object = object === undefined ? undefined : childNamed(world, object, decodeName(step));
  }
  return object?.ref;
};

/** Names in paths write a slash as %2f. */
const decodeName = (step: string): string => step.replaceAll(/%2f/gi, "/");

const machineBy = (world: World, matches: (machine: Machine) => boolean): Ref | undefined => {
  const machine = world.inventory.machines.find(matches);
  return machine === undefined ? undefined : vmRef(machine);
};

const byUuid = (world: World, args: XmlElement): Ref | undefined => {
  const uuid = args.required("uuid").trim().toLowerCase();
  return args.flag("vmSearch") === true ? machineBy(world, (machine) => machine.uuid === uuid) : undefined;
};

const byGuest = (
  world: World,
  args: XmlElement,
  told: (machine: Machine) => { readonly wanted: string; readonly is: string | undefined },
): Ref | undefined =>
  args.flag("vmSearch") === true
    ? machineBy(world, (machine) => machine.powerState === "poweredOn" && told(machine).is === told(machine).wanted)
    : undefined;

/** The SearchIndex. */
export const searchIndex = (world: World): ManagedObject => ({
  ref: ref("SearchIndex", "SearchIndex"),
  properties: {},
  methods: {
    FindByUuid: ({ args }) => byUuid(world, args),
    FindAllByUuid: ({ args }) => byUuid(world, args) ?? [],
    FindByInventoryPath: ({ args }) => byPath(world, args.required("inventoryPath").trim()),
    FindByDnsName: ({ args }) => byGuest(world, args, (machine) => ({ wanted: args.required("dnsName").trim(), is: machine.spec.node })),
    FindByIp: ({ args }) => byGuest(world, args, (machine) => ({ wanted: args.required("ip").trim(), is: world.guestAddress(machine) })),
    FindChild: ({ args }) => {
      const wanted = args.requiredRef("entity");
      const entity = world.find(wanted);
      if (entity === undefined) throw managedObjectNotFound(wanted);
      return childNamed(world, entity, args.required("name"))?.ref;
    },
  },
});
