import { KuberaError } from "@kubera-e2e/schema/kubera-error";
import type { TestBed } from "@kubera-e2e/schema/test-bed";
import type { ChosenSet } from "./choose-set.ts";
import { renewCommand } from "./go-on.ts";
import type { SetMember } from "./set-catalog.ts";

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

/** What was frozen lies on top of the set that it went wrong on. */
const depthReasons = (bed: TestBed, members: readonly SetMember[], purpose: Purpose): string[] => {
  const deepest = bed.limits.maxSnapshotDepth + (purpose === "evidence" ? 1 : 0);
  const deep = members.filter(({ snapshot }) => snapshot.depth > deepest);
  if (deep.length === 0) return [];
  const list = deep.map(({ machine, snapshot }) => `${machine.name} ${snapshot.depth}`).join(", ");
  return [`its snapshots lie deeper than limits.maxSnapshotDepth ${bed.limits.maxSnapshotDepth} allows: ${list}`];
};

const hours = (ms: number): string => `${Math.round(ms / 360_000) / 10} hours`;

const certificateReasons = (bed: TestBed, members: readonly SetMember[], nowMs: number): string[] => {
  const { certificateMargin } = bed.limits;
  const dayOf = (ms: number): string => new Date(ms).toISOString().slice(0, 10);
  const last = members.flatMap(({ manifest }) => manifest.lastUsableDay ?? []).toSorted()[0];
  if (last === undefined) return [];
  if (last < dayOf(nowMs)) return [`a certificate inside it expired: its last usable day was ${last}`];
  if (last >= dayOf(nowMs + certificateMargin)) return [];
  return [`a certificate inside it expires within limits.certificateMargin, ${hours(certificateMargin)}: its last usable day is ${last}`];
};

const consolidationReasons = (members: readonly SetMember[]): string[] => {
  const needing = members.filter(({ machine }) => machine.consolidationNeeded).map(({ machine }) => machine.name);
  return needing.length === 0 ? [] : [`disks need to be consolidated first, in the hypervisor's snapshot manager: ${needing.join(", ")}`];
};

/** What a set is restored for: age and certificates matter to whoever wants to work on it. */
export type Purpose = "use" | "renewal" | "evidence";

/**
 * Passes a set that may be restored.
 *
 * Errors: `SET_WITH_MEMORY`; `SET_REFUSED` with every reason: too old, too deep, a certificate that has expired or will within
 * `limits.certificateMargin`, disks that need to be consolidated.
 */
export const refuseUnfit = (bed: TestBed, chosen: ChosenSet, at: { readonly nowMs: number; readonly purpose: Purpose }): void => {
  const { nowMs, purpose } = at;
  const { members } = chosen;
  const remembering = members.filter(({ snapshot }) => snapshot.withMemory);
  if (remembering.length > 0) throw withMemory(bed, remembering);
  const expiring = purpose === "use" ? certificateReasons(bed, members, nowMs) : [];
  const reasons = [
    ...(purpose === "use" ? ageReasons(bed, chosen, nowMs) : []),
    ...depthReasons(bed, members, purpose),
    ...expiring,
    ...consolidationReasons(members),
  ];
  const renewal = expiring.length === 0 ? "" : `Renew its certificates: ${renewCommand(bed.name, chosen.manifest.state)}\n           `;
  if (reasons.length === 0) return;
  throw new KuberaError("SET_REFUSED", {
    what: `set ${chosen.manifest.set} of the bed ${bed.name} must not be restored`,
    where: `state ${chosen.manifest.state}, ${members.length} VMs`,
    because: reasons.join("\n           "),
    fix: `${renewal}Take it again (e2e bed snapshot ${bed.name}) after removing what is too deep; or change the limits in the bed's file on purpose.`,
  });
};
