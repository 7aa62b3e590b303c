import { usedBytes } from "../datacenter/disk.ts";
import type { Machine } from "../datacenter/machine.ts";
import { green } from "./entity.ts";
import { hostOf, vmRef } from "./inventory.ts";
import { anything, data, enumeration, int, list, long, time, type Data, type Fields } from "./value.ts";
import { activeDiskFile, vmFolderPath } from "./vm-layout.ts";
import type { VmConfig } from "./vm-config.ts";
import { GIB, GUEST_ID, GUEST_NAME, HOST_MHZ, MIB, VM_CPUS, VM_MEMORY_MIB } from "./vm-size.ts";
import type { World } from "./world.ts";

const vmxPath = (machine: Machine): string => `${vmFolderPath(machine)}${machine.spec.name}.vmx`;

/** Property `runtime`. */
export const runtimeOf = (world: World, machine: Machine): Data =>
  data("VirtualMachineRuntimeInfo", {
    host: hostOf(world.inventory, machine).host,
    connectionState: enumeration("VirtualMachineConnectionState", "connected"),
    powerState: enumeration("VirtualMachinePowerState", machine.powerState),
    faultToleranceState: enumeration("VirtualMachineFaultToleranceState", "notConfigured"),
    toolsInstallerMounted: false,
    suspendTime: undefined,
    bootTime: machine.memory === undefined ? undefined : time(machine.memory.bootedAt),
    question: undefined,
    maxCpuUsage: int(VM_CPUS * HOST_MHZ),
    maxMemoryUsage: int(VM_MEMORY_MIB),
    numMksConnections: int(0),
    cleanPowerOff: machine.memory === undefined ? true : undefined,
    consolidationNeeded: machine.consolidationNeeded,
  });

const diskDevice = (world: World, machine: Machine): Data =>
  data("VirtualDisk", {
    key: int(2000),
    deviceInfo: data("Description", { label: "Hard disk 1", summary: `${machine.spec.diskGib * MIB} KB` }),
    backing: data("VirtualDiskFlatVer2BackingInfo", {
      fileName: activeDiskFile(machine),
      datastore: world.inventory.datastore,
      diskMode: "persistent",
      thinProvisioned: true,
    }),
    controllerKey: int(1000),
    unitNumber: int(0),
    capacityInKB: long(machine.spec.diskGib * MIB),
    capacityInBytes: long(machine.spec.diskGib * GIB),
  });

const hardwareOf = (world: World, machine: Machine): Data =>
  data("VirtualHardware", {
    numCPU: int(VM_CPUS),
    numCoresPerSocket: int(VM_CPUS),
    memoryMB: int(VM_MEMORY_MIB),
    device: list("VirtualDevice", [diskDevice(world, machine)]),
  });

const toolsConfig = (): Data =>
  data("ToolsConfigInfo", {
    toolsVersion: int(2_147_483_647),
    afterPowerOn: true,
    afterResume: true,
    beforeGuestStandby: true,
    beforeGuestShutdown: true,
    beforeGuestReboot: undefined,
    toolsUpgradePolicy: "manual",
    pendingCustomization: undefined,
    syncTimeWithHost: false,
  });

/** Property `config`, now or as it was in a snapshot. */
export const configOf = (world: World, machine: Machine, config: VmConfig = world.configs.of(machine)): Data =>
  data("VirtualMachineConfigInfo", {
    changeVersion: config.changeVersion,
    modified: time(config.modifiedMs),
    name: machine.spec.name,
    guestFullName: GUEST_NAME,
    version: "vmx-19",
    uuid: machine.uuid,
    instanceUuid: machine.uuid,
    template: machine.spec.template === true,
    guestId: GUEST_ID,
    alternateGuestName: "",
    annotation: config.annotation,
    files: data("VirtualMachineFileInfo", {
      vmPathName: vmxPath(machine),
      snapshotDirectory: vmFolderPath(machine),
      suspendDirectory: vmFolderPath(machine),
      logDirectory: vmFolderPath(machine),
    }),
    tools: toolsConfig(),
    flags: data("VirtualMachineFlagInfo", { snapshotDisabled: false, snapshotLocked: false, diskUuidEnabled: true }),
    defaultPowerOps: data("VirtualMachineDefaultPowerOpInfo", { powerOffType: "soft", suspendType: "hard", resetType: "soft" }),
    hardware: hardwareOf(world, machine),
    extraConfig: list(
      "OptionValue",
      [...machine.extraConfig].map(([key, value]) => data("OptionValue", { key, value: anything(value) })),
    ),
    changeTrackingEnabled: false,
    firmware: "bios",
  });

const guestFields = (world: World, machine: Machine): Fields => {
  const running = machine.powerState === "poweredOn";
  return {
    toolsStatus: enumeration("VirtualMachineToolsStatus", running ? "toolsOk" : "toolsNotRunning"),
    toolsVersionStatus: "guestToolsUnmanaged",
    toolsVersionStatus2: "guestToolsUnmanaged",
    toolsRunningStatus: running ? "guestToolsRunning" : "guestToolsNotRunning",
    hostName: running ? machine.spec.node : undefined,
    ipAddress: running ? world.guestAddress(machine) : undefined,
  };
};

/** Property `guest`: what VMware Tools tell, which run exactly while the VM does. */
export const guestOf = (world: World, machine: Machine): Data => {
  const running = machine.powerState === "poweredOn";
  return data("GuestInfo", {
    ...guestFields(world, machine),
    guestId: GUEST_ID,
    guestFamily: "linuxGuest",
    guestFullName: GUEST_NAME,
    net: list("GuestNicInfo", []),
    guestState: running ? "running" : "notRunning",
    guestOperationsReady: false,
  });
};

const configSummary = (world: World, machine: Machine): Data =>
  data("VirtualMachineConfigSummary", {
    name: machine.spec.name,
    template: machine.spec.template === true,
    vmPathName: vmxPath(machine),
    memorySizeMB: int(VM_MEMORY_MIB),
    numCpu: int(VM_CPUS),
    numEthernetCards: int(1),
    numVirtualDisks: int(1),
    uuid: machine.uuid,
    instanceUuid: machine.uuid,
    guestId: GUEST_ID,
    guestFullName: GUEST_NAME,
    annotation: world.configs.of(machine).annotation,
  });

const storageSummary = (world: World, machine: Machine): Data => {
  const committed = usedBytes(machine.disk);
  return data("VirtualMachineStorageSummary", {
    committed: long(committed),
    uncommitted: long(Math.max(machine.disk.capacityBytes - committed, 0)),
    unshared: long(committed),
    timestamp: time(world.configs.of(machine).modifiedMs),
  });
};

/** Property `summary`. */
export const summaryOf = (world: World, machine: Machine): Data =>
  data("VirtualMachineSummary", {
    vm: vmRef(machine),
    runtime: runtimeOf(world, machine),
    guest: data("VirtualMachineGuestSummary", { guestId: GUEST_ID, guestFullName: GUEST_NAME, ...guestFields(world, machine) }),
    config: configSummary(world, machine),
    storage: storageSummary(world, machine),
    quickStats: data("VirtualMachineQuickStats", { guestHeartbeatStatus: heartbeat(machine) }),
    overallStatus: green(),
  });

export const heartbeat = (machine: Machine): ReturnType<typeof enumeration> =>
  enumeration("ManagedEntityStatus", machine.powerState === "poweredOn" ? "green" : "gray");
