import { usedBytes } from "../datacenter/disk.ts";
import { entityProperties } from "./entity.ts";
import { vmRef } from "./inventory.ts";
import type { ManagedObject } from "./managed-object.ts";
import { data, list, long, refs, type Value } from "./value.ts";
import { DATASTORE_NAME } from "./vm-layout.ts";
import { GIB } from "./vm-size.ts";
import type { World } from "./world.ts";

const CAPACITY = 4096 * GIB;
const URL = "ds:///vmfs/volumes/sim-datastore/";
const NETWORK_NAME = "VM Network";

const freeBytes = (world: World): number =>
  Math.max(CAPACITY - world.inventory.machines.reduce((sum, machine) => sum + usedBytes(machine.disk), 0), 0);

const datastore = (world: World): ManagedObject => {
  const { inventory } = world;
  const mounts = (): Value =>
    list(
      "DatastoreHostMount",
      inventory.hosts.map(({ host }) =>
        data("DatastoreHostMount", {
          key: host,
          mountInfo: data("HostMountInfo", {
            path: "/vmfs/volumes/sim-datastore",
            accessMode: "readWrite",
            mounted: true,
            accessible: true,
          }),
        }),
      ),
    );
  return {
    ref: inventory.datastore,
    properties: {
      ...entityProperties({ name: DATASTORE_NAME, parent: inventory.datastoreFolder }),
      info: () =>
        data("VmfsDatastoreInfo", { name: DATASTORE_NAME, url: URL, freeSpace: long(freeBytes(world)), maxFileSize: long(CAPACITY) }),
      summary: () =>
        data("DatastoreSummary", {
          datastore: inventory.datastore,
          name: DATASTORE_NAME,
          url: URL,
          capacity: long(CAPACITY),
          freeSpace: long(freeBytes(world)),
          uncommitted: long(0),
          accessible: true,
          multipleHostAccess: true,
          type: "VMFS",
          maintenanceMode: "normal",
        }),
      host: mounts,
      vm: () => refs(inventory.machines.map(vmRef)),
    },
    methods: {},
  };
};

const network = (world: World): ManagedObject => {
  const { inventory } = world;
  return {
    ref: inventory.network,
    properties: {
      ...entityProperties({ name: NETWORK_NAME, parent: inventory.networkFolder }),
      summary: () => data("NetworkSummary", { network: inventory.network, name: NETWORK_NAME, accessible: true, ipPoolName: "" }),
      host: () => refs(inventory.hosts.map(({ host }) => host)),
      vm: () => refs(inventory.machines.map(vmRef)),
    },
    methods: {},
  };
};

/** The one datastore and the one network that all hosts share. */
export const storageObjects = (world: World): readonly ManagedObject[] => [datastore(world), network(world)];
