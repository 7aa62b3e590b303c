import type { DataDisk, MachineSpec } from "./machine.ts";

/** A block device as the kernel of a node shows it. */
export interface BlockDisk extends DataDisk {
  readonly deviceType: "disk" | "loop" | "rom" | "floppy";
  readonly vendor: string;
  readonly model: string;
  /** Where the node's own system has mounted it. */
  readonly mountPoints: readonly string[];
}

const GIB = 1024 ** 3;

const virtual = (disk: DataDisk): BlockDisk => ({ ...disk, deviceType: "disk", vendor: "VMware", model: "Virtual_disk", mountPoints: [] });

const rotating = (path: string, bytes: number): BlockDisk => virtual({ path, bytes, driveType: "HDD", sectorBytes: 0 });

const systemDevices = (diskGib: number): BlockDisk[] => [
  { ...rotating("/dev/sda", diskGib * GIB), mountPoints: ["/", "/boot", "/etc/hosts"] },
  { ...rotating("/dev/sr0", GIB), deviceType: "rom", model: "CD-ROM" },
  { ...rotating("/dev/fd0", 1_474_560), deviceType: "floppy", model: "Floppy" },
  { ...rotating("/dev/loop0", GIB), deviceType: "loop", vendor: "", model: "" },
];

/** A volume of another OpenEBS that the node has attached over iSCSI. */
const foreignVolume: BlockDisk = { ...rotating("/dev/sdz", 5 * GIB), vendor: "OpenEBS", model: "iscsi" };

/** Every block device of a machine, its system's among them. */
export const blockDisksOf = ({ diskGib, disks = [] }: Pick<MachineSpec, "diskGib" | "disks">): readonly BlockDisk[] => [
  ...systemDevices(diskGib),
  ...disks.map(virtual),
  ...(disks.length > 0 ? [foreignVolume] : []),
];
