import type { Machine } from "../datacenter/machine.ts";

/** What of a VM's configuration can be changed here. `changeVersion` grows with each change and is never given twice. */
export interface VmConfig {
  readonly annotation: string;
  readonly changeVersion: string;
  readonly modifiedMs: number;
}

/** Configurations of VMs, and as they were in snapshots. */
export class VmConfigs {
  readonly #now: () => number;
  readonly #current = new Map<string, VmConfig>();
  readonly #frozen = new Map<string, VmConfig>();
  #changes = 0;

  constructor(now: () => number) {
    this.#now = now;
  }

  of(machine: Machine): VmConfig {
    return this.#current.get(machine.spec.id) ?? this.annotate(machine, `Node ${machine.spec.node} of cluster ${machine.spec.cluster}`);
  }

  annotate(machine: Machine, annotation: string): VmConfig {
    const modifiedMs = this.#now();
    this.#changes += 1;
    const fraction = String(this.#changes % 1000).padStart(3, "0");
    const changeVersion = new Date(modifiedMs).toISOString().replace("Z", `${fraction}Z`);
    const config = { annotation, changeVersion, modifiedMs };
    this.#current.set(machine.spec.id, config);
    return config;
  }

  /** A change of the VM that is none of its settings: a snapshot taken or removed. */
  touch(machine: Machine): void {
    this.annotate(machine, this.of(machine).annotation);
  }

  freeze(machine: Machine, snapshotId: string): void {
    this.#frozen.set(snapshotId, this.of(machine));
  }

  inSnapshot(machine: Machine, snapshotId: string): VmConfig {
    return this.#frozen.get(snapshotId) ?? this.of(machine);
  }

  thaw(machine: Machine, snapshotId: string): void {
    this.annotate(machine, this.inSnapshot(machine, snapshotId).annotation);
  }
}
