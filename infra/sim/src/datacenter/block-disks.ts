import type { MachineSpec } from "./machine.ts";

/** A block device as the kernel of a node shows it. */
export interface BlockDisk {
  readonly path: string;
  readonly bytes: number;
  readonly deviceType: "disk" | "loop" | "rom" | "floppy";
  readonly driveType: "HDD" | "SSD";
  readonly sectorBytes: number;
  readonly vendor: string;
  readonly model: string;
  readonly serial: string;
  /** Where the node's own system has mounted it. */
  readonly mountPoints: readonly string[];
}

const GB = 1e9;
const GIB = 1024 ** 3;
const VMWARE = { vendor: "VMware", model: "Virtual_disk" } as const;

type Shape = Omit<BlockDisk, "serial">;

const rotating = (path: string, bytes: number): Shape => ({
  ...VMWARE,
  path,
  bytes,
  deviceType: "disk",
  driveType: "HDD",
  sectorBytes: 512,
  mountPoints: [],
});

const solid = (path: string, bytes: number): Shape => ({ ...rotating(path, bytes), driveType: "SSD", sectorBytes: 4096 });

const systemDevices = (diskGib: number): Shape[] => [
  { ...rotating("/dev/sda", diskGib * GIB), mountPoints: ["/", "/boot", "/etc/hosts"] },
  { ...rotating("/dev/sr0", GIB), deviceType: "rom", model: "CD-ROM" },
  { ...rotating("/dev/fd0", 1_474_560), deviceType: "floppy", model: "Floppy" },
  { ...rotating("/dev/loop0", GIB), deviceType: "loop", vendor: "", model: "" },
];

/** Eight rotating disks and two SSDs, and a volume of another OpenEBS that the node has attached over iSCSI. */
const workerDevices = (): Shape[] => [
  ...["b", "c", "d", "e", "f", "g", "h", "i"].map((letter) => rotating(`/dev/sd${letter}`, 25 * GB)),
  ...["j", "k"].map((letter) => solid(`/dev/sd${letter}`, 50 * GB)),
  { ...rotating("/dev/sdz", 5 * GB), vendor: "OpenEBS", model: "iscsi" },
];

/** Every block device of a machine; those beside its system's are on workers alone. */
export const blockDisksOf = ({ name, plane, diskGib }: Pick<MachineSpec, "name" | "plane" | "diskGib">): readonly BlockDisk[] =>
  [...systemDevices(diskGib), ...(plane === "worker" ? workerDevices() : [])].map((disk) => ({ ...disk, serial: `${name}${disk.path}` }));
