import { randomUUID } from "node:crypto";
import { copyDisk, newDisk, type Disk } from "./disk.ts";
import { bootMemory, copyMemory, type Memory } from "./memory.ts";
import { findSnapshot, removeSnapshot, snapshotPath, type PowerState, type Snapshot } from "./snapshot-tree.ts";
import type { SimTime } from "./sim-time.ts";

/** A disk beside that of the system: empty, as those are that storage is made of. */
export interface DataDisk {
  readonly path: string;
  readonly bytes: number;
  readonly driveType: "HDD" | "SSD";
  /** Physical sector size as NDM tells it; 0 when it tells none. */
  readonly sectorBytes: number;
}

export interface MachineSpec {
  /** Managed object id: `vm-101`. */
  readonly id: string;
  readonly name: string;
  readonly cluster: string;
  readonly node: string;
  readonly plane: "control" | "worker";
  readonly esxHost: string;
  readonly diskGib: number;
  /** Default none. */
  readonly disks?: readonly DataDisk[];
  /** Whether it is there to be cloned only. */
  readonly template?: boolean;
}

/** `on` and `off` as a kubelet feels them: a revert is an `off`, followed by an `on` when memory was resumed. */
export type MachineEvent = "on" | "off" | "kubelet-down" | "kubelet-up" | "changed";

/**
 * A virtual machine: power, disk, memory and snapshots as one state. Changes are immediate here;
 * what takes time on a real hypervisor takes it in the task around the change.
 */
export class Machine {
  readonly uuid = randomUUID();
  disk: Disk;
  memory: Memory | undefined;
  /** Memory that a suspension put aside; a power-on goes on with it. */
  suspended: Memory | undefined;
  /** Whether delta disks that no snapshot needs were left behind, as a removal does that met a locked file. */
  consolidationNeeded = false;
  /** Keys of the site's own, as a clone was given them. */
  readonly extraConfig = new Map<string, string>();
  readonly rootSnapshots: Snapshot[] = [];
  currentSnapshotId: string | undefined;
  readonly #time: SimTime;
  readonly #listeners = new Set<(event: MachineEvent, machine: Machine) => void>();
  #snapshotCount = 0;

  readonly spec: MachineSpec;

  constructor(spec: MachineSpec, time: SimTime) {
    this.spec = spec;
    this.#time = time;
    this.disk = newDisk(spec.diskGib);
  }

  get powerState(): PowerState {
    if (this.memory !== undefined) return "poweredOn";
    return this.suspended === undefined ? "poweredOff" : "suspended";
  }

  onChange(listener: (event: MachineEvent, machine: Machine) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  powerOn(): void {
    if (this.memory !== undefined) return;
    this.memory = this.suspended ?? bootMemory(this.#time.now());
    this.suspended = undefined;
    this.#tell("on");
  }

  powerOff(): void {
    if (this.powerState === "poweredOff") return;
    this.memory = undefined;
    this.suspended = undefined;
    this.#tell("off");
  }

  /** As systemd does; each boot begins with one that is up. */
  setKubelet(to: "up" | "down"): void {
    if (this.memory !== undefined) this.#tell(`kubelet-${to}`);
  }

  suspend(): void {
    if (this.memory === undefined) return;
    this.suspended = this.memory;
    this.memory = undefined;
    this.#tell("off");
  }

  takeSnapshot(name: string, description: string, options: { readonly memory: boolean; readonly quiesce: boolean }): Snapshot {
    // What a suspended VM has put aside is part of its files, and so of every snapshot of it.
    const kept = this.suspended ?? (options.memory ? this.memory : undefined);
    this.#snapshotCount += 1;
    const snapshot: Snapshot = {
      id: `snapshot-${this.spec.id.replace("vm-", "")}-${this.#snapshotCount}`,
      name,
      description,
      createTime: new Date(this.#time.now()).toISOString(),
      state: kept === undefined ? "poweredOff" : this.powerState,
      quiesced: options.quiesce,
      disk: copyDisk(this.disk),
      memory: kept === undefined ? undefined : copyMemory(kept),
      children: [],
    };
    const parent = this.currentSnapshotId === undefined ? undefined : findSnapshot(this.rootSnapshots, this.currentSnapshotId);
    (parent?.children ?? this.rootSnapshots).push(snapshot);
    this.currentSnapshotId = snapshot.id;
    this.#tell("changed");
    return snapshot;
  }

  /** The disk of then; without memory the machine is off afterwards, with memory it goes on where it stood unless that is suppressed. */
  revert(id: string, options: { readonly suppressPowerOn?: boolean } = {}): boolean {
    const snapshot = findSnapshot(this.rootSnapshots, id);
    if (snapshot === undefined) return false;
    this.powerOff();
    this.disk = copyDisk(snapshot.disk);
    this.currentSnapshotId = id;
    if (snapshot.memory !== undefined && snapshot.state === "suspended") this.suspended = copyMemory(snapshot.memory);
    else if (snapshot.memory !== undefined && options.suppressPowerOn !== true) {
      this.memory = copyMemory(snapshot.memory);
      this.#tell("on");
    }
    this.#tell("changed");
    return true;
  }

  removeSnapshot(id: string, withChildren: boolean): boolean {
    const ancestors = this.currentSnapshotId === undefined ? [] : snapshotPath(this.rootSnapshots, this.currentSnapshotId);
    const removed = removeSnapshot(this.rootSnapshots, id, withChildren);
    // The disk stays what it is: it now lies on the nearest snapshot that is left.
    this.currentSnapshotId = ancestors.findLast((snapshot) => findSnapshot(this.rootSnapshots, snapshot.id) !== undefined)?.id;
    this.#tell("changed");
    return removed;
  }

  #tell(event: MachineEvent): void {
    for (const listener of this.#listeners) listener(event, this);
  }
}
