import type { MachineInfo, SnapshotInfo } from "@kubera-e2e/machines";
import { readSetManifest, vmsHash, type SetManifest } from "@kubera-e2e/schema/set";
import type { TestBed } from "@kubera-e2e/schema/test-bed";

/** One VM's part in a set. */
export interface SetMember {
  readonly machine: MachineInfo;
  readonly snapshot: SnapshotInfo;
  readonly manifest: SetManifest;
}

/** A set as its snapshots on the VMs of a bed tell it. */
export interface FoundSet {
  readonly manifest: SetManifest;
  readonly members: readonly SetMember[];
  /** Why it is not whole; undefined when every VM of the bed is in it exactly once and nobody else should be. */
  readonly flaw: string | undefined;
  /** Whether it was taken of the very VMs that the bed has, and some of them lack it: what a snapshot or a removal that died leaves. */
  readonly isHalf: boolean;
}

const membersOf = (machine: MachineInfo, bed: string): SetMember[] =>
  machine.snapshots.flatMap((snapshot) => {
    const manifest = readSetManifest(snapshot.description);
    return manifest?.bed === bed ? [{ machine, snapshot, manifest }] : [];
  });

/** Why VMs may lack a set that is healthy, as far as its manifest tells. */
const doubtOf = (manifest: SetManifest, inspected: readonly MachineInfo[]): string | undefined => {
  if (manifest.vmsHash === undefined) return "it does not say of which VMs it was taken";
  return manifest.vmsHash === vmsHash(inspected.map(({ name }) => name)) ? undefined : "it was taken of other VMs than the bed has now";
};

const flawOf = (manifest: SetManifest, members: readonly SetMember[], inspected: readonly MachineInfo[]): string | undefined => {
  const names = new Set(members.map(({ machine }) => machine.name));
  const without = inspected.filter((machine) => !names.has(machine.name)).map((machine) => machine.name);
  const doubt = doubtOf(manifest, inspected);
  const lacking = `set ${manifest.set} is on ${names.size} of ${inspected.length} VMs; without it: ${without.join(", ")}`;
  if (without.length > 0) return doubt === undefined ? lacking : `${lacking}; ${doubt}`;
  if (members.length > names.size) return `set ${manifest.set} is on one VM twice`;
  if (members.some((member) => member.manifest.vms !== inspected.length))
    return `set ${manifest.set} was taken of ${manifest.vms} VMs, and the bed has ${inspected.length}`;
  return undefined;
};

const foundSet = (members: readonly SetMember[], inspected: readonly MachineInfo[]): FoundSet[] => {
  const manifest = members[0]?.manifest;
  if (manifest === undefined) return [];
  const vms = new Set(members.map(({ machine }) => machine.name)).size;
  const isHalf = vms < inspected.length && members.every((member) => doubtOf(member.manifest, inspected) === undefined);
  return [{ manifest, members, flaw: flawOf(manifest, members, inspected), isHalf }];
};

/** Every set of a bed that its VMs carry, whole or not, newest first; pure. */
export const findSets = (bed: TestBed, inspected: readonly MachineInfo[]): FoundSet[] => {
  const sets = new Map<string, SetMember[]>();
  for (const member of inspected.flatMap((machine) => membersOf(machine, bed.name))) {
    const key = `${member.manifest.state} ${member.manifest.set}`;
    sets.set(key, [...(sets.get(key) ?? []), member]);
  }
  const found = [...sets.values()].flatMap((members) => foundSet(members, inspected));
  return found.toSorted((a, b) => b.manifest.takenAt.localeCompare(a.manifest.takenAt));
};

/** The snapshots that a VM's disk lies on, from the one it runs on towards the root, as far as the hypervisor tells parents. */
export const pathOf = (machine: MachineInfo): readonly SnapshotInfo[] => {
  const path: SnapshotInfo[] = [];
  const find = (id: string | undefined): SnapshotInfo | undefined => machine.snapshots.find((snapshot) => snapshot.id === id);
  for (let next = find(machine.currentSnapshot); next !== undefined && !path.includes(next); next = find(next.parentId)) path.push(next);
  return path;
};
