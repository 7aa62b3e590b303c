import { vcenterAbout } from "./about.ts";
import { entityProperties, green } from "./entity.ts";
import { machinesOn, vmRef, type EsxHost, type Inventory } from "./inventory.ts";
import type { ManagedObject } from "./managed-object.ts";
import { data, enumeration, int, long, refs, time, type Data } from "./value.ts";
import { HOST_CORES, HOST_MEMORY_MIB, HOST_MHZ, MIB, VM_MEMORY_MIB } from "./vm-size.ts";
import type { World } from "./world.ts";

const hardwareSummary = (host: EsxHost): Data =>
  data("HostHardwareSummary", {
    vendor: "Simulated data centre",
    model: "Simulated host",
    uuid: host.host.id,
    memorySize: long(HOST_MEMORY_MIB * MIB),
    cpuModel: "Simulated CPU",
    cpuMhz: int(HOST_MHZ),
    numCpuPkgs: int(2),
    numCpuCores: int(HOST_CORES),
    numCpuThreads: int(HOST_CORES * 2),
    numNics: int(2),
    numHBAs: int(1),
  });

const runtimeOf = (bootMs: number): Data =>
  data("HostRuntimeInfo", {
    connectionState: enumeration("HostSystemConnectionState", "connected"),
    powerState: enumeration("HostSystemPowerState", "poweredOn"),
    standbyMode: "none",
    inMaintenanceMode: false,
    bootTime: time(bootMs),
  });

const usedMemoryMib = (inventory: Inventory, host: EsxHost): number =>
  machinesOn(inventory, host).filter((machine) => machine.powerState === "poweredOn").length * VM_MEMORY_MIB;

const summaryOf = (world: World, host: EsxHost, bootMs: number): Data =>
  data("HostListSummary", {
    host: host.host,
    hardware: hardwareSummary(host),
    runtime: runtimeOf(bootMs),
    config: data("HostConfigSummary", {
      name: host.name,
      port: int(443),
      product: data("AboutInfo", { ...vcenterAbout().fields, name: "VMware ESXi", productLineId: "embeddedEsx", apiType: "HostAgent" }),
      vmotionEnabled: false,
    }),
    quickStats: data("HostListSummaryQuickStats", {
      overallCpuUsage: int(0),
      overallMemoryUsage: int(usedMemoryMib(world.inventory, host)),
    }),
    overallStatus: green(),
    rebootRequired: false,
  });

const hostSystem = (world: World, host: EsxHost): ManagedObject => {
  const bootMs = world.dataCenter.time.now();
  return {
    ref: host.host,
    properties: {
      ...entityProperties({ name: host.name, parent: host.compute }),
      runtime: () => runtimeOf(bootMs),
      summary: () => summaryOf(world, host, bootMs),
      vm: () => refs(machinesOn(world.inventory, host).map(vmRef)),
      datastore: () => refs([world.inventory.datastore]),
      network: () => refs([world.inventory.network]),
      hardware: () => undefined,
      config: () => undefined,
      capability: () => undefined,
    },
    methods: {},
  };
};

const computeResource = (world: World, host: EsxHost): ManagedObject => ({
  ref: host.compute,
  properties: {
    ...entityProperties({ name: host.name, parent: world.inventory.hostFolder }),
    resourcePool: () => host.pool,
    host: () => refs([host.host]),
    datastore: () => refs([world.inventory.datastore]),
    network: () => refs([world.inventory.network]),
    environmentBrowser: () => undefined,
    summary: () =>
      data("ComputeResourceSummary", {
        totalCpu: int(HOST_CORES * HOST_MHZ),
        totalMemory: long(HOST_MEMORY_MIB * MIB),
        numCpuCores: int(HOST_CORES),
        numCpuThreads: int(HOST_CORES * 2),
        effectiveCpu: int(HOST_CORES * HOST_MHZ),
        effectiveMemory: long(HOST_MEMORY_MIB),
        numHosts: int(1),
        numEffectiveHosts: int(1),
        overallStatus: green(),
      }),
  },
  methods: {},
});

const resourcePool = (world: World, host: EsxHost): ManagedObject => ({
  ref: host.pool,
  properties: {
    ...entityProperties({ name: "Resources", parent: host.compute }),
    owner: () => host.compute,
    resourcePool: () => refs([]),
    vm: () => refs(machinesOn(world.inventory, host).map(vmRef)),
    namespace: () => undefined,
  },
  methods: {},
});

/** Each ESX host with its compute resource and root pool. */
export const hostObjects = (world: World): readonly ManagedObject[] =>
  world.inventory.hosts.flatMap((host) => [computeResource(world, host), hostSystem(world, host), resourcePool(world, host)]);
