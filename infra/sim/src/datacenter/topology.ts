import type { DataDisk, MachineSpec } from "./machine.ts";

const SHAPES = [
  { cluster: "server", workers: 3, diskGib: 100 },
  { cluster: "member", workers: 5, diskGib: 100 },
] as const;

const GB = 1e9;
const HDD = { driveType: "HDD", sectorBytes: 0 } as const;

/** Sixteen disks as on a node of the field's storage cluster, here of two sizes and two kinds. */
const STORAGE_DISKS: readonly DataDisk[] = [
  ...Array.from({ length: 12 }, () => ({ ...HDD, bytes: 25 * GB })),
  ...Array.from({ length: 3 }, () => ({ ...HDD, bytes: 50 * GB })),
  { driveType: "SSD" as const, sectorBytes: 4096, bytes: 100 * GB },
].map((disk, index) => ({ ...disk, path: `/dev/sd${"bcdefghijklmnopq"[index] ?? "z"}` }));

const ESX_HOSTS = ["esx-a.sim.local", "esx-b.sim.local"] as const;

const nodesOf = (workers: number): { node: string; plane: "control" | "worker" }[] => [
  { node: "master1", plane: "control" },
  ...Array.from({ length: workers }, (_, index) => ({ node: `worker${index + 1}`, plane: "worker" as const })),
];

/** The VMs of the one bed that the simulated data centre holds: server 1+3 and member 1+5, spread over two ESX hosts. */
export const simMachines = (): MachineSpec[] =>
  SHAPES.flatMap((shape) => nodesOf(shape.workers).map((node) => ({ ...node, cluster: shape.cluster, diskGib: shape.diskGib }))).map(
    ({ cluster, node, plane, diskGib }, index) => ({
      id: `vm-${101 + index}`,
      name: `sim-${cluster}-${node}`,
      cluster,
      node: `${cluster}-${node}`,
      plane,
      esxHost: ESX_HOSTS[index % ESX_HOSTS.length] ?? ESX_HOSTS[0],
      diskGib,
      ...(cluster === "member" && plane === "worker" && { disks: STORAGE_DISKS }),
    }),
  );

/** What new machines of the simulated data centre are cloned from. */
export const simTemplate = (): MachineSpec => ({
  id: "vm-100",
  name: "sim-template",
  cluster: "",
  node: "sim-template",
  plane: "worker",
  esxHost: ESX_HOSTS[0],
  diskGib: 100,
  template: true,
});
