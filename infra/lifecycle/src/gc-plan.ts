import type { MachineInfo } from "@kubera-e2e/machines";
import { showBytes } from "@kubera-e2e/schema/byte-size";
import { frozenIdOf } from "@kubera-e2e/schema/set";
import type { TestBed } from "@kubera-e2e/schema/test-bed";
import type { BedMark } from "./bed-marks.ts";
import { refuseLost } from "./refuse-lost.ts";
import { findSets, type FoundSet } from "./set-catalog.ts";

/** One set with what is decided of it. */
export interface GcVerdict {
  readonly set: string;
  readonly state: string;
  readonly takenAt: string;
  readonly why: string;
  readonly snapshots: readonly { readonly vm: string; readonly esxHost: string; readonly id: string }[];
  /** Of its own files; absent where the hypervisor does not tell. */
  readonly bytes?: number;
}

export interface GcPlan {
  readonly bed: string;
  readonly goes: readonly GcVerdict[];
  readonly stays: readonly GcVerdict[];
  readonly notes: readonly string[];
}

interface Judged {
  readonly found: FoundSet;
  readonly goes: boolean;
  readonly why: string;
  /** Whether it stays only as long as there is room. */
  readonly isSpare?: boolean;
}

export interface GcAt {
  readonly nowMs: number;
  /** What is known of the bed; the set it was last restored to stays. */
  readonly mark: BedMark | undefined;
}

const bytesOf = ({ members }: FoundSet): number | undefined => {
  const sizes = members.flatMap(({ snapshot }) => snapshot.sizeBytes ?? []);
  return sizes.length === members.length ? sizes.reduce((sum, size) => sum + size, 0) : undefined;
};

const idsOf = ({ members }: FoundSet): Set<string> => new Set(members.map(({ snapshot }) => snapshot.id));

/** Whether the disk of a VM lies on the set: it runs on it, or on something that was made from it. */
const isRunOn = (found: FoundSet, inspected: readonly MachineInfo[], mark: BedMark | undefined): boolean =>
  (mark?.set === found.manifest.set && mark.state !== "broken") ||
  inspected.some((machine) => idsOf(found).has(machine.currentSnapshot ?? ""));

/** Snapshots that more than one other lies on: their files stay on the datastore, whoever removes their name. */
const branches = ({ members }: FoundSet): number =>
  Math.max(0, ...members.map(({ machine, snapshot }) => machine.snapshots.filter(({ parentId }) => parentId === snapshot.id).length));

const hasMemory = ({ members }: FoundSet): boolean => members.some(({ snapshot }) => snapshot.withMemory);

const goes = (found: FoundSet, why: string): Judged => ({ found, goes: true, why });
const stays = (found: FoundSet, why: string): Judged => ({ found, goes: false, why });

const judgeFrozen = (found: FoundSet, { nowMs }: GcAt, isHeld: boolean): Judged => {
  const { expiresAt, because = "no reason was noted" } = found.manifest;
  const isOver = expiresAt === undefined || Date.parse(expiresAt) <= nowMs;
  if (isHeld) return stays(found, "the bed runs on it");
  return isOver
    ? goes(found, `a frozen state that expired ${expiresAt ?? "at once"}`)
    : stays(found, `frozen until ${expiresAt}: ${because}`);
};

/** Whole sets of one state, newest first; those that can be restored come before those that carry memory. */
const judgeState = (bed: TestBed, sets: readonly FoundSet[], isHeld: (found: FoundSet) => boolean): Judged[] =>
  [...sets.filter((found) => !hasMemory(found)), ...sets.filter(hasMemory)].map((found, index) => {
    if (index === 0) return stays(found, `the newest whole set of ${found.manifest.state}`);
    if (isHeld(found)) return stays(found, "the bed runs on it");
    if (branches(found) > 1) return stays(found, `${branches(found)} snapshots lie on it: removing it would free nothing`);
    if (hasMemory(found)) return goes(found, "it carries memory, and no restore takes it");
    if (index < bed.sets.keep) return { ...stays(found, `one of the ${bed.sets.keep} that sets.keep keeps`), isSpare: true };
    return goes(found, `there are ${index} newer ones, and sets.keep is ${bed.sets.keep}`);
  });

const byState = (sets: readonly FoundSet[]): FoundSet[][] => {
  const groups = new Map<string, FoundSet[]>();
  for (const found of sets) groups.set(found.manifest.state, [...(groups.get(found.manifest.state) ?? []), found]);
  return [...groups.values()];
};

const sizeOf = (judged: readonly Judged[]): number =>
  judged.filter((one) => !one.goes).reduce((sum, { found }) => sum + (bytesOf(found) ?? 0), 0);

/** Over the quota the oldest go that are neither the last of their state nor otherwise needed. */
const judgeSize = (bed: TestBed, judged: readonly Judged[]): Judged[] => {
  const { maxSize } = bed.sets;
  const result = [...judged];
  if (maxSize === undefined) return result;
  const surplus = judged.filter(({ isSpare }) => isSpare === true);
  for (const { found } of surplus.toSorted((a, b) => a.found.manifest.takenAt.localeCompare(b.found.manifest.takenAt))) {
    const size = sizeOf(result);
    if (size <= maxSize) break;
    const why = `all sets take ${showBytes(size)}, and sets.maxSize is ${showBytes(maxSize)}`;
    result[result.findIndex((one) => one.found === found)] = goes(found, why);
  }
  return result;
};

const notesOf = (bed: TestBed, judged: readonly Judged[]): string[] => {
  const { maxSize } = bed.sets;
  const size = sizeOf(judged);
  if (maxSize === undefined || size <= maxSize) return [];
  return [
    `what stays takes ${showBytes(size)}, more than sets.maxSize ${showBytes(maxSize)}: nothing else may go by itself; name a state that nobody needs any more: e2e bed gc ${bed.name} --drop STATE`,
  ];
};

const verdictOf = ({ found, why }: Judged): GcVerdict => {
  const bytes = bytesOf(found);
  return {
    set: found.manifest.set,
    state: found.manifest.state,
    takenAt: found.manifest.takenAt,
    why,
    snapshots: found.members.map(({ machine, snapshot }) => ({ vm: machine.name, esxHost: machine.esxHost, id: snapshot.id })),
    ...(bytes !== undefined && { bytes }),
  };
};

const judge = (bed: TestBed, inspected: readonly MachineInfo[], at: GcAt): Judged[] => {
  const sets = findSets(bed, inspected);
  const isHeld = (found: FoundSet): boolean => isRunOn(found, inspected, at.mark);
  const half = sets.filter(({ isHalf }) => isHalf).map((found) => goes(found, `unfinished: ${found.flaw ?? ""}`));
  const strange = sets
    .filter(({ isHalf, flaw }) => !isHalf && flaw !== undefined)
    .map((found) => stays(found, `not understood: ${found.flaw ?? ""}`));
  const whole = sets.filter(({ flaw }) => flaw === undefined);
  const frozen = whole.filter(({ manifest }) => frozenIdOf(manifest.state) !== undefined);
  const ordinary = whole.filter(({ manifest }) => frozenIdOf(manifest.state) === undefined);
  return judgeSize(bed, [
    ...half,
    ...frozen.map((found) => judgeFrozen(found, at, isHeld(found))),
    ...byState(ordinary).flatMap((group) => judgeState(bed, group, isHeld)),
    ...strange,
  ]);
};

/** Which sets of a bed go and which stay, each with the reason, from what the hypervisor says; pure. The last whole set of a state always stays. Error: `MACHINE_UNREACHABLE`. */
export const planGc = (bed: TestBed, inspected: readonly MachineInfo[], at: GcAt & { readonly drop?: string }): GcPlan => {
  const { drop } = at;
  refuseLost(bed, inspected);
  const judged = judge(bed, inspected, at).map((one) => {
    if (drop === undefined || one.found.manifest.state !== drop || one.goes) return one;
    return isRunOn(one.found, inspected, at.mark) ? stays(one.found, "the bed runs on it") : goes(one.found, `--drop ${drop}`);
  });
  const parts = { goes: judged.filter((one) => one.goes), stays: judged.filter((one) => !one.goes) };
  return { bed: bed.name, goes: parts.goes.map(verdictOf), stays: parts.stays.map(verdictOf), notes: notesOf(bed, judged) };
};

const line = (verdict: GcVerdict): string => {
  const size = verdict.bytes === undefined ? "" : `, ${showBytes(verdict.bytes)}`;
  return `   ${verdict.set.padEnd(20)} ${verdict.state.padEnd(20)} ${verdict.snapshots.length} VMs${size}: ${verdict.why}`;
};

/** The plan as text for a person. */
export const printGcPlan = ({ bed, goes: going, stays: staying, notes }: GcPlan): string =>
  [
    going.length === 0 ? `nothing of ${bed} goes` : `of ${bed} go`,
    ...going.map(line),
    ...(staying.length === 0 ? [] : ["and stay", ...staying.map(line)]),
    ...notes.map((note) => `note: ${note}`),
  ].join("\n");
