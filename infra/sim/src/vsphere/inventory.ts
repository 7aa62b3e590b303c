import type { DataCenter } from "../datacenter/data-center.ts";
import type { Machine } from "../datacenter/machine.ts";
import { ref, type Ref } from "./value.ts";

/** An ESX host with what stands around it in the inventory. */
export interface EsxHost {
  readonly name: string;
  readonly host: Ref;
  readonly compute: Ref;
  readonly pool: Ref;
}

/** Who is where in the inventory; ids never change while the server runs. */
export interface Inventory {
  readonly root: Ref;
  readonly datacenter: Ref;
  readonly vmFolder: Ref;
  readonly hostFolder: Ref;
  readonly datastoreFolder: Ref;
  readonly networkFolder: Ref;
  readonly datastore: Ref;
  readonly network: Ref;
  readonly hosts: readonly EsxHost[];
  readonly machines: readonly Machine[];
}

export const vmRef = (machine: Machine): Ref => ref("VirtualMachine", machine.spec.id);
export const snapshotRef = (id: string): Ref => ref("VirtualMachineSnapshot", id);

export const layInventory = (dataCenter: DataCenter): Inventory => ({
  root: ref("Folder", "group-d1"),
  datacenter: ref("Datacenter", "datacenter-2"),
  vmFolder: ref("Folder", "group-v3"),
  hostFolder: ref("Folder", "group-h4"),
  datastoreFolder: ref("Folder", "group-s5"),
  networkFolder: ref("Folder", "group-n6"),
  datastore: ref("Datastore", "datastore-7"),
  network: ref("Network", "network-8"),
  hosts: dataCenter.esxHosts.map((name, index) => ({
    name,
    host: ref("HostSystem", `host-${20 + 10 * index}`),
    compute: ref("ComputeResource", `domain-s${21 + 10 * index}`),
    pool: ref("ResourcePool", `resgroup-${22 + 10 * index}`),
  })),
  machines: dataCenter.machines,
});

/** The host that a VM runs on; every machine's host is one of the data centre's. */
export const hostOf = (inventory: Inventory, machine: Machine): EsxHost => {
  const found = inventory.hosts.find((host) => host.name === machine.spec.esxHost);
  if (found === undefined)
    throw new Error(`machine ${machine.spec.id} is on ESX host ${machine.spec.esxHost}, which is not in the inventory`);
  return found;
};

export const machinesOn = (inventory: Inventory, host: EsxHost): readonly Machine[] =>
  inventory.machines.filter((machine) => machine.spec.esxHost === host.name);
