import { KuberaError } from "@kubera-e2e/schema/kubera-error";
import type { TestBed } from "@kubera-e2e/schema/test-bed";
import type { ChosenSet, SetMember } from "./choose-set.ts";

const days = (ms: number): string => `${Math.floor(ms / 86_400_000)} days`;

const withMemory = (bed: TestBed, members: readonly SetMember[]): KuberaError =>
  new KuberaError("SET_WITH_MEMORY", {
    what: `${members.length === 1 ? "1 snapshot of the set carries" : `${members.length} snapshots of the set carry`} memory`,
    where: members.map(({ machine, snapshot }) => `${machine.name}: ${snapshot.name} (${snapshot.id})`).join("\n           "),
    because: "a revert would resume the processes of that time, with their old clocks, leases and certificates, instead of booting",
    fix: `Remove these snapshots, power all VMs off and take the set again: e2e bed snapshot ${bed.name}.`,
  });

const ageReasons = (bed: TestBed, { manifest }: ChosenSet, nowMs: number): string[] => {
  const ageMs = nowMs - Date.parse(manifest.takenAt);
  if (ageMs <= bed.limits.maxSetAge) return [];
  return [`it was taken ${manifest.takenAt}, ${days(ageMs)} ago, and limits.maxSetAge is ${days(bed.limits.maxSetAge)}`];
};

const depthReasons = (bed: TestBed, members: readonly SetMember[]): string[] => {
  const deep = members.filter(({ snapshot }) => snapshot.depth > bed.limits.maxSnapshotDepth);
  if (deep.length === 0) return [];
  const list = deep.map(({ machine, snapshot }) => `${machine.name} ${snapshot.depth}`).join(", ");
  return [`its snapshots lie deeper than limits.maxSnapshotDepth ${bed.limits.maxSnapshotDepth} allows: ${list}`];
};

const certificateReasons = (members: readonly SetMember[], nowMs: number): string[] => {
  const today = new Date(nowMs).toISOString().slice(0, 10);
  const last = members.flatMap(({ manifest }) => manifest.lastUsableDay ?? []).toSorted()[0];
  return last !== undefined && last < today ? [`a certificate inside it expired: its last usable day was ${last}`] : [];
};

/**
 * Passes a set that may be restored.
 *
 * Errors: `SET_WITH_MEMORY`; `SET_REFUSED` with every reason: too old, too deep, a certificate that has expired.
 */
export const refuseUnfit = (bed: TestBed, chosen: ChosenSet, nowMs: number): void => {
  const remembering = chosen.members.filter(({ snapshot }) => snapshot.withMemory);
  if (remembering.length > 0) throw withMemory(bed, remembering);
  const reasons = [...ageReasons(bed, chosen, nowMs), ...depthReasons(bed, chosen.members), ...certificateReasons(chosen.members, nowMs)];
  if (reasons.length === 0) return;
  throw new KuberaError("SET_REFUSED", {
    what: `set ${chosen.manifest.set} of the bed ${bed.name} must not be restored`,
    where: `state ${chosen.manifest.state}, ${chosen.members.length} VMs`,
    because: reasons.join("\n           "),
    fix: `Take it again (e2e bed snapshot ${bed.name}) after removing what is too deep; or change the limits in the bed's file on purpose.`,
  });
};
