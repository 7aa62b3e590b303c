import type { MachineInfo, SnapshotInfo } from "@kubera-e2e/machines";
import { KuberaError } from "@kubera-e2e/schema/kubera-error";
import { readSetManifest, type SetManifest } from "@kubera-e2e/schema/set";
import type { TestBed } from "@kubera-e2e/schema/test-bed";

/** One VM's part in a set. */
export interface SetMember {
  readonly machine: MachineInfo;
  readonly snapshot: SnapshotInfo;
  readonly manifest: SetManifest;
}

export interface ChosenSet {
  readonly manifest: SetManifest;
  readonly members: readonly SetMember[];
  /** Sets of the same state that are not whole and were passed over. */
  readonly notes: readonly string[];
}

const membersOf = (machine: MachineInfo, bed: string, state: string): SetMember[] =>
  machine.snapshots.flatMap((snapshot) => {
    const manifest = readSetManifest(snapshot.description);
    return manifest?.bed === bed && manifest.state === state ? [{ machine, snapshot, manifest }] : [];
  });

interface Candidate {
  readonly manifest: SetManifest;
  readonly members: SetMember[];
}

/** Sets found in the snapshots, newest first. */
const candidatesOf = (bed: TestBed, inspected: readonly MachineInfo[], state: string): Candidate[] => {
  const sets = new Map<string, Candidate>();
  for (const member of inspected.flatMap((machine) => membersOf(machine, bed.name, state))) {
    const candidate = sets.get(member.manifest.set) ?? { manifest: member.manifest, members: [] };
    candidate.members.push(member);
    sets.set(member.manifest.set, candidate);
  }
  return [...sets.values()].toSorted((a, b) => b.manifest.takenAt.localeCompare(a.manifest.takenAt));
};

/** Why a set is not whole; undefined when every VM of the bed is in it exactly once and nobody else should be. */
const flawOf = ({ manifest, members }: Candidate, inspected: readonly MachineInfo[]): string | undefined => {
  const names = new Set(members.map(({ machine }) => machine.name));
  const without = inspected.filter((machine) => !names.has(machine.name)).map((machine) => machine.name);
  if (without.length > 0) return `set ${manifest.set} is on ${names.size} of ${inspected.length} VMs; without it: ${without.join(", ")}`;
  if (members.length > names.size) return `set ${manifest.set} is on one VM twice`;
  if (members.some((member) => member.manifest.vms !== inspected.length))
    return `set ${manifest.set} was taken of ${manifest.vms} VMs, and the bed has ${inspected.length}`;
  return undefined;
};

const missing = (bed: TestBed, state: string, inspected: readonly MachineInfo[]): KuberaError => {
  const found = inspected.flatMap((machine) => machine.snapshots.flatMap(({ description }) => readSetManifest(description) ?? []));
  const states = [...new Set(found.filter((manifest) => manifest.bed === bed.name).map((manifest) => manifest.state))];
  return new KuberaError("SET_MISSING", {
    what: `no VM of the bed ${bed.name} carries a set for the state ${state}`,
    where: inspected.map((machine) => machine.name).join(", "),
    because: states.length === 0 ? "none of their snapshots describes a set of this bed" : `the sets there hold ${states.join(", ")}`,
    fix: `Bring the bed into that state and take it: e2e bed snapshot ${bed.name} --state ${state.split("@")[0] ?? state}.`,
  });
};

const mixed = (bed: TestBed, state: string, flaws: readonly string[]): KuberaError =>
  new KuberaError("SET_MIXED", {
    what: `no set of the bed ${bed.name} for the state ${state} is whole`,
    where: flaws.join("\n           "),
    because: "one VM on another set than the others makes etcd and volumes of different times meet: all or nothing",
    fix: "Take the set again over all VMs, and remove the snapshots of the sets named above.",
  });

/**
 * The newest whole set of a bed for a state.
 *
 * Errors: `SET_MISSING` when no VM carries one, `SET_MIXED` when none is whole.
 */
export const chooseSet = (bed: TestBed, inspected: readonly MachineInfo[], state: string): ChosenSet => {
  const candidates = candidatesOf(bed, inspected, state);
  if (candidates.length === 0) throw missing(bed, state, inspected);
  const flaws = candidates.map((candidate) => flawOf(candidate, inspected));
  const index = flaws.indexOf(undefined);
  const chosen = candidates[index];
  const found = flaws.filter((flaw) => flaw !== undefined);
  if (chosen === undefined) throw mixed(bed, state, found);
  return { ...chosen, notes: found.map((flaw) => `passed over: ${flaw}`) };
};
