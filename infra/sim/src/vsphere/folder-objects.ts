import { entityProperties } from "./entity.ts";
import { vmRef, type Inventory } from "./inventory.ts";
import type { ManagedObject } from "./managed-object.ts";
import { data, list, refs, type Ref } from "./value.ts";

/** Name of the one datacenter, as inventory paths spell it. */
export const DATACENTER_NAME = "SimDC";

interface FolderParts {
  readonly ref: Ref;
  readonly name: string;
  readonly parent: Ref | undefined;
  readonly childType: readonly string[];
  readonly children: () => readonly Ref[];
}

const folder = (parts: FolderParts): ManagedObject => ({
  ref: parts.ref,
  properties: {
    ...entityProperties(parts),
    childType: () => list("xsd:string", parts.childType),
    childEntity: () => refs(parts.children()),
    namespace: () => undefined,
  },
  methods: {},
});

const datacenter = (inventory: Inventory): ManagedObject => ({
  ref: inventory.datacenter,
  properties: {
    ...entityProperties({ name: DATACENTER_NAME, parent: inventory.root }),
    vmFolder: () => inventory.vmFolder,
    hostFolder: () => inventory.hostFolder,
    datastoreFolder: () => inventory.datastoreFolder,
    networkFolder: () => inventory.networkFolder,
    datastore: () => refs([inventory.datastore]),
    network: () => refs([inventory.network]),
    configuration: () => data("DatacenterConfigInfo", { defaultHardwareVersionKey: undefined }),
  },
  methods: {},
});

/** Root folder, datacenter and its four folders. */
export const folderObjects = (inventory: Inventory): readonly ManagedObject[] => {
  const parent = inventory.datacenter;
  return [
    folder({ ref: inventory.root, name: "Datacenters", parent: undefined, childType: ["Folder", "Datacenter"], children: () => [parent] }),
    datacenter(inventory),
    folder({
      ref: inventory.vmFolder,
      name: "vm",
      parent,
      childType: ["Folder", "VirtualMachine", "VirtualApp"],
      children: () => inventory.machines.map(vmRef),
    }),
    folder({
      ref: inventory.hostFolder,
      name: "host",
      parent,
      childType: ["Folder", "ComputeResource"],
      children: () => inventory.hosts.map((host) => host.compute),
    }),
    folder({
      ref: inventory.datastoreFolder,
      name: "datastore",
      parent,
      childType: ["Folder", "Datastore"],
      children: () => [inventory.datastore],
    }),
    folder({
      ref: inventory.networkFolder,
      name: "network",
      parent,
      childType: ["Folder", "Network"],
      children: () => [inventory.network],
    }),
  ];
};
