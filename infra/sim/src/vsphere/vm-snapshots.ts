import type { Machine } from "../datacenter/machine.ts";
import { findSnapshot, type Snapshot } from "../datacenter/snapshot-tree.ts";
import { snapshotRef, vmRef } from "./inventory.ts";
import { data, enumeration, int, list, time, type Data } from "./value.ts";

const treeType = "VirtualMachineSnapshotTree";

const treeOf = (machine: Machine, snapshot: Snapshot): Data =>
  data(treeType, {
    snapshot: snapshotRef(snapshot.id),
    vm: vmRef(machine),
    name: snapshot.name,
    description: snapshot.description,
    id: int(Number(snapshot.id.split("-").at(-1))),
    createTime: time(snapshot.createTime),
    state: enumeration("VirtualMachinePowerState", snapshot.state),
    quiesced: snapshot.quiesced,
    backupManifest: undefined,
    childSnapshotList: list(
      treeType,
      snapshot.children.map((child) => treeOf(machine, child)),
    ),
    replaySupported: false,
  });

/** Property `snapshot`; unset while the VM has none. */
export const snapshotInfoOf = (machine: Machine): Data | undefined => {
  if (machine.rootSnapshots.length === 0) return undefined;
  return data("VirtualMachineSnapshotInfo", {
    currentSnapshot: machine.currentSnapshotId === undefined ? undefined : snapshotRef(machine.currentSnapshotId),
    rootSnapshotList: list(
      treeType,
      machine.rootSnapshots.map((snapshot) => treeOf(machine, snapshot)),
    ),
  });
};

/** The machine that has a snapshot of this id, and the snapshot. */
export const findOwner = (machines: readonly Machine[], id: string): { machine: Machine; snapshot: Snapshot } | undefined => {
  for (const machine of machines) {
    const snapshot = findSnapshot(machine.rootSnapshots, id);
    if (snapshot !== undefined) return { machine, snapshot };
  }
  return undefined;
};
