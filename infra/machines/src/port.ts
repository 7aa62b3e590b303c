/** One snapshot in a VM's tree. */
export interface SnapshotInfo {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly createdAt: string;
  /** Depth in the tree; the root is 1. */
  readonly depth: number;
  /** The snapshot it was taken on top of; absent for a root, and where a hypervisor does not tell. */
  readonly parentId?: string;
  /** What it takes on the datastore, as far as the hypervisor tells. */
  readonly sizeBytes?: number;
  /** Whether it brings old processes back: taken with memory of a running VM. */
  readonly withMemory: boolean;
}

/** A VM as the hypervisor knows it. */
export interface MachineInfo {
  readonly name: string;
  readonly power: "on" | "off" | "suspended";
  readonly esxHost: string;
  readonly snapshots: readonly SnapshotInfo[];
  /** The snapshot whose disk the VM runs on now. */
  readonly currentSnapshot?: string;
  readonly consolidationNeeded: boolean;
  /** How the hypervisor has lost sight of the VM: `disconnected`; all else told of it may be old or empty. Absent while it sees it. */
  readonly lost?: string;
}

export interface SnapshotRequest {
  readonly name: string;
  readonly description: string;
}

/** A step of this port that a hypervisor cannot do, with the reason; restore refuses or prints it. */
export type Limitation = { readonly step: "powerOff" | "powerOn" | "snapshotWithoutMemory" | "revertPower"; readonly because: string };

export interface CallOptions {
  readonly signal?: AbortSignal;
  /** 0 to 100, as the task tells it. */
  readonly onProgress?: (percent: number) => void;
}

export interface InspectOptions extends CallOptions {
  /** Whether the sizes of snapshots are asked for, which stand in the longest part of the answer; default yes. */
  readonly sizes?: boolean;
}

/**
 * A hypervisor, at the level of sets and power. VMs are named as in the bed's file.
 * Methods are idempotent where the world allows it: a VM that is on is not powered on again.
 *
 * Errors: `MACHINE_MISSING`, `MACHINE_AMBIGUOUS`, `VSPHERE_LOGIN_REFUSED`, `VSPHERE_FAULT` and those of the room http.
 */
export interface Machines {
  /** What is known of the named VMs, in their order; all missing ones in one error. */
  inspect(names: readonly string[], options?: InspectOptions): Promise<MachineInfo[]>;
  powerOff(name: string, options?: CallOptions): Promise<void>;
  powerOn(name: string, options?: CallOptions): Promise<void>;
  /** A snapshot without memory; returns its id. */
  snapshot(name: string, request: SnapshotRequest, options?: CallOptions): Promise<string>;
  revert(name: string, snapshotId: string, options?: CallOptions): Promise<void>;
  removeSnapshot(name: string, snapshotId: string, options?: CallOptions): Promise<void>;
  /** What this hypervisor cannot do. */
  limitations(): Promise<readonly Limitation[]>;
  close(): Promise<void>;
}
