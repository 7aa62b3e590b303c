import type { Machine } from "../datacenter/machine.ts";
import { usedBytes } from "../datacenter/disk.ts";
import type { Snapshot } from "../datacenter/snapshot-tree.ts";
import { snapshotPath } from "../datacenter/snapshot-tree.ts";
import { snapshotRef } from "./inventory.ts";
import { data, int, list, long, time, type Data } from "./value.ts";
import { MIB, VM_MEMORY_MIB } from "./vm-size.ts";

/** Name of the one datastore, as file paths spell it. */
export const DATASTORE_NAME = "sim-datastore";

const DISK_KEY = 2000;
const NO_MEMORY = -1;

export const vmFolderPath = (machine: Machine): string => `[${DATASTORE_NAME}] ${machine.spec.name}/`;

const snapshotNumber = (snapshot: Snapshot): number => Number(snapshot.id.split("-").at(-1));

interface StoredFile {
  readonly name: string;
  readonly type: string;
  readonly size: number;
}

/** Files of a VM on its datastore, with the keys by which the layout refers to them. */
class Files {
  readonly #machine: Machine;
  readonly #files: StoredFile[] = [];

  constructor(machine: Machine) {
    this.#machine = machine;
  }

  add(suffix: string, type: string, size: number): number {
    this.#files.push({ name: `${vmFolderPath(this.#machine)}${this.#machine.spec.name}${suffix}`, type, size });
    return this.#files.length - 1;
  }

  toData(): readonly Data[] {
    return this.#files.map(({ name, type, size }, key) =>
      data("VirtualMachineFileLayoutExFileInfo", {
        key: int(key),
        name,
        type,
        size: long(size),
        uniqueSize: long(size),
        backingObjectId: undefined,
        accessible: true,
      }),
    );
  }
}

const all = (snapshots: readonly Snapshot[]): readonly Snapshot[] => snapshots.flatMap((snapshot) => [snapshot, ...all(snapshot.children)]);

const diskLayout = (chain: readonly (readonly number[])[]): Data =>
  data("VirtualMachineFileLayoutExDiskLayout", {
    key: int(DISK_KEY),
    chain: list(
      "VirtualMachineFileLayoutExDiskUnit",
      chain.map((keys) => data("VirtualMachineFileLayoutExDiskUnit", { fileKey: list("xsd:int", keys.map(int)) })),
    ),
  });

/** A disk as a chain of files: the base and one delta for each snapshot on the way. */
class DiskChains {
  readonly #machine: Machine;
  readonly #files: Files;
  readonly #units = new Map<string, readonly number[]>();

  constructor(machine: Machine, files: Files) {
    this.#machine = machine;
    this.#files = files;
  }

  /** Files that hold the disk as it was at the end of `path`; with `running`, and what was written since. */
  upTo(path: readonly Snapshot[], running: boolean): readonly (readonly number[])[] {
    const base = this.#unit("", this.#machine.spec.diskGib * 1024 * MIB);
    const deltas = path
      .slice(0, running ? undefined : -1)
      .map((snapshot) => this.#unit(delta(snapshot), deltaBytes(this.#machine, snapshot)));
    return [base, ...deltas];
  }

  #unit(suffix: string, size: number): readonly number[] {
    const known = this.#units.get(suffix);
    if (known !== undefined) return known;
    const extent = suffix === "" ? "-flat.vmdk" : `${suffix}-delta.vmdk`;
    const keys = [this.#files.add(`${suffix}.vmdk`, "diskDescriptor", 0), this.#files.add(extent, "diskExtent", size)];
    this.#units.set(suffix, keys);
    return keys;
  }
}

const delta = (snapshot: Snapshot): string => `-${String(snapshotNumber(snapshot)).padStart(6, "0")}`;

const deltaBytes = (machine: Machine, snapshot: Snapshot): number =>
  Math.max(Math.abs(usedBytes(machine.disk) - usedBytes(snapshot.disk)), 16 * MIB);

const snapshotLayout = (machine: Machine, snapshot: Snapshot, parts: { readonly files: Files; readonly chains: DiskChains }): Data => {
  const suffix = `-Snapshot${snapshotNumber(snapshot)}`;
  const memoryKey = snapshot.memory === undefined ? NO_MEMORY : parts.files.add(`${suffix}.vmem`, "snapshotMemory", VM_MEMORY_MIB * MIB);
  return data("VirtualMachineFileLayoutExSnapshotLayout", {
    key: snapshotRef(snapshot.id),
    dataKey: int(parts.files.add(`${suffix}.vmsn`, "snapshotData", 28_000)),
    memoryKey: int(memoryKey),
    disk: list("VirtualMachineFileLayoutExDiskLayout", [
      diskLayout(parts.chains.upTo(snapshotPath(machine.rootSnapshots, snapshot.id), false)),
    ]),
  });
};

/** Property `layoutEx`: which file holds what; `memoryKey` is -1 exactly for snapshots without memory. */
export const layoutExOf = (machine: Machine, timestampMs: number): Data => {
  const files = new Files(machine);
  const chains = new DiskChains(machine, files);
  files.add(".vmx", "config", 3200);
  files.add(".nvram", "nvram", 8684);
  files.add(".vmsd", "snapshotList", 400);
  if (machine.powerState === "poweredOn") files.add(".vswp", "swap", VM_MEMORY_MIB * MIB);
  const current = machine.currentSnapshotId === undefined ? [] : snapshotPath(machine.rootSnapshots, machine.currentSnapshotId);
  const disk = diskLayout(chains.upTo(current, true));
  const snapshots = all(machine.rootSnapshots).map((snapshot) => snapshotLayout(machine, snapshot, { files, chains }));
  return data("VirtualMachineFileLayoutEx", {
    file: list("VirtualMachineFileLayoutExFileInfo", files.toData()),
    disk: list("VirtualMachineFileLayoutExDiskLayout", [disk]),
    snapshot: list("VirtualMachineFileLayoutExSnapshotLayout", snapshots),
    timestamp: time(timestampMs),
  });
};

/** File that the running VM writes its disk to. */
export const activeDiskFile = (machine: Machine): string => {
  const current = machine.currentSnapshotId === undefined ? [] : snapshotPath(machine.rootSnapshots, machine.currentSnapshotId);
  const last = current.at(-1);
  return `${vmFolderPath(machine)}${machine.spec.name}${last === undefined ? "" : delta(last)}.vmdk`;
};
