export { openAnnotations, openMachines, openProvisioner } from "./open-machines.ts";
export type { OpenMachinesOptions } from "./open-machines.ts";
export { parseVsphereAddress } from "./esx/address.ts";
export type { VsphereAddress } from "./esx/address.ts";
export type { CallOptions, Limitation, MachineInfo, Machines, SnapshotInfo, SnapshotRequest } from "./port.ts";
export type { AnnotationStore } from "./annotations.ts";
export type { ListedMachine, Provisioner } from "./provisioner.ts";
