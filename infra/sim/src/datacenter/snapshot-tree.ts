import type { Disk } from "./disk.ts";
import type { Memory } from "./memory.ts";

export type PowerState = "poweredOn" | "poweredOff" | "suspended";

export interface Snapshot {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly createTime: string;
  /** As vSphere tells it: poweredOn only when memory was taken of a running VM, suspended with what a suspended one has put aside. */
  readonly state: PowerState;
  readonly quiesced: boolean;
  readonly disk: Disk;
  readonly memory: Memory | undefined;
  readonly children: Snapshot[];
}

export const findSnapshot = (snapshots: readonly Snapshot[], id: string): Snapshot | undefined => {
  for (const snapshot of snapshots) {
    const found = snapshot.id === id ? snapshot : findSnapshot(snapshot.children, id);
    if (found !== undefined) return found;
  }
  return undefined;
};

/** The snapshots from the root down to the one with this id, itself included; empty when there is none. */
export const snapshotPath = (snapshots: readonly Snapshot[], id: string): readonly Snapshot[] => {
  for (const snapshot of snapshots) {
    if (snapshot.id === id) return [snapshot];
    const below = snapshotPath(snapshot.children, id);
    if (below.length > 0) return [snapshot, ...below];
  }
  return [];
};

/** Removes one snapshot; its children move up to its parent unless they go with it. */
export const removeSnapshot = (snapshots: Snapshot[], id: string, withChildren: boolean): boolean => {
  const index = snapshots.findIndex((snapshot) => snapshot.id === id);
  const found = snapshots[index];
  if (found === undefined) return snapshots.some((snapshot) => removeSnapshot(snapshot.children, id, withChildren));
  snapshots.splice(index, 1, ...(withChildren ? [] : found.children));
  return true;
};
