import type { MachineInfo } from "@kubera-e2e/machines";
import { bedStateSchema, type BedState } from "@kubera-e2e/schema/bed-state";
import { KuberaError } from "@kubera-e2e/schema/kubera-error";
import { frozenIdOf, type SetManifest } from "@kubera-e2e/schema/set";
import type { TestBed } from "@kubera-e2e/schema/test-bed";
import { findSets, type FoundSet, type SetMember } from "./set-catalog.ts";

export interface ChosenSet {
  readonly manifest: SetManifest;
  readonly members: readonly SetMember[];
  /** Sets of the same state that are not whole and were passed over. */
  readonly notes: readonly string[];
}

/** What each state is made from. */
const FROM: Readonly<Record<BedState, BedState | undefined>> = {
  bare: undefined,
  director: "bare",
  openebs: "director",
  "openebs-base": "director",
};

/** The lines that a bed's file lacks so that runs make the state themselves; none for bare, which nothing is made from. */
const linesMissing = (bed: TestBed, state: BedState): readonly string[] => {
  const from = FROM[state];
  if (from === undefined) return [];
  const own = bed.states[state]?.make === true ? [] : [`${state}: { from: ${from}, make: true }`];
  return [...linesMissing(bed, from), ...own];
};

const fixFor = (bed: TestBed, state: string): string => {
  if (frozenIdOf(state) !== undefined)
    return `See which ones there are: e2e bed status ${bed.name}. One that has expired may have been removed by e2e bed gc.`;
  const known = bedStateSchema.safeParse(state.split("@")[0]);
  const lines = known.success ? linesMissing(bed, known.data) : [];
  const byHand = `Bring the bed into that state and take it: e2e bed snapshot ${bed.name} --state ${state}.`;
  return lines.length === 0 ? byHand : `Have runs make it, below states in the bed's file: ${lines.join("; ")}. Or by hand: ${byHand}`;
};

const missing = (bed: TestBed, state: string, at: { readonly found: readonly FoundSet[]; readonly inspected: readonly MachineInfo[] }) => {
  const states = [...new Set(at.found.map(({ manifest }) => manifest.state))].toSorted();
  return new KuberaError("SET_MISSING", {
    what: `no VM of the bed ${bed.name} carries a set for the state ${state}`,
    where: at.inspected.map((machine) => machine.name).join(", "),
    because: states.length === 0 ? "none of their snapshots describes a set of this bed" : `the sets there hold ${states.join(", ")}`,
    fix: fixFor(bed, state),
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
  const found = findSets(bed, inspected);
  const candidates = found.filter(({ manifest }) => manifest.state === state);
  if (candidates.length === 0) throw missing(bed, state, { found, inspected });
  const flaws = candidates.flatMap(({ flaw }) => flaw ?? []);
  const chosen = candidates.find(({ flaw }) => flaw === undefined);
  if (chosen === undefined) throw mixed(bed, state, flaws);
  return { manifest: chosen.manifest, members: chosen.members, notes: flaws.map((flaw) => `passed over: ${flaw}`) };
};
