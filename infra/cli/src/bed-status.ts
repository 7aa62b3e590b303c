import type { MachineInfo } from "@kubera-e2e/machines";
import { findFrozen, type FrozenState } from "@kubera-e2e/lifecycle/sets";
import { leaseWords } from "@kubera-e2e/run/leases";
import { systemClock } from "@kubera-e2e/schema/clock";
import { readSetManifest } from "@kubera-e2e/schema/set";
import { readLease } from "./bed-lease.ts";
import type { OpenedBed } from "./bed-session.ts";
import { vmNames } from "./vm-names.ts";

/** The sets of the bed on one VM, by state; VMs may carry snapshots of other beds, which no restore of this one uses. */
export const vmStatus = (bed: string, { name, power, esxHost, snapshots }: MachineInfo) => ({
  name,
  power,
  esxHost,
  sets: snapshots.flatMap(({ description }) => {
    const manifest = readSetManifest(description);
    return manifest?.bed === bed ? [manifest.state] : [];
  }),
  snapshotsWithMemory: snapshots.filter((snapshot) => snapshot.withMemory).length,
});

/** Who holds a bed, what is known of its state, and its VMs as the hypervisor knows them now. */
export const readStatus = async (name: string, { context, settings }: OpenedBed) => {
  const [lease, mark, machines] = await Promise.all([
    readLease(context.bed, settings),
    context.marks.read(name),
    context.machines.inspect(vmNames(context)),
  ]);
  return { bed: name, lease, mark, frozen: findFrozen(context.bed, machines), vms: machines.map((machine) => vmStatus(name, machine)) };
};

export type BedStatus = Awaited<ReturnType<typeof readStatus>>;

const leaseLine = ({ bed, lease }: BedStatus): string => `${bed} is ${leaseWords(lease, systemClock.now())}`;

const markLine = ({ mark }: BedStatus): string =>
  mark === undefined
    ? "nothing is known of its state"
    : `${mark.state}${mark.holds === undefined ? "" : `, holds ${mark.holds}`}: ${mark.because} (${mark.at})`;

/** Sets of one state as one word; several stay there until somebody removes the older ones. */
const setWords = (sets: readonly string[]): string =>
  [...new Set(sets)]
    .map((state) => [state, sets.filter((other) => other === state).length] as const)
    .map(([state, times]) => (times === 1 ? state : `${state} (${times} sets)`))
    .join(", ") || "none";

const vmLine = ({ name, power, esxHost, sets, snapshotsWithMemory }: BedStatus["vms"][number]): string => {
  const memory =
    snapshotsWithMemory > 0 ? `  ${snapshotsWithMemory} ${snapshotsWithMemory === 1 ? "snapshot" : "snapshots"} WITH MEMORY` : "";
  return `  ${name.padEnd(24)} ${power.padEnd(10)} ${esxHost.padEnd(20)} sets: ${setWords(sets)}${memory}`;
};

const frozenLine = ({ bed }: BedStatus, { id, expiresAt = "now", because = "no reason was noted", flaw }: FrozenState): string =>
  `  frozen until ${expiresAt}: ${because}\n    ${flaw === undefined ? `e2e bed restore ${bed} --frozen ${id}` : `cannot be brought back: ${flaw}`}`;

/** The status as text for a person. */
export const statusLines = (status: BedStatus): string[] => [
  leaseLine(status),
  markLine(status),
  ...status.vms.map(vmLine),
  ...status.frozen.map((frozen) => frozenLine(status, frozen)),
];
