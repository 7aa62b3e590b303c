import type { BedContext } from "@kubera-e2e/lifecycle";
import { findSets, refuseLost } from "@kubera-e2e/lifecycle/sets";
import { vmNames } from "./vm-names.ts";

/** What taking a set would do. */
export interface SnapshotPlan {
  readonly bed: string;
  readonly state: string;
  readonly vms: readonly { readonly name: string; readonly power: string; readonly esxHost: string; readonly snapshots: number }[];
  /** Half sets of an attempt that died; they are removed before the new set is taken. */
  readonly removes: readonly string[];
  /** Sets that some VMs lack and that stay, since they may be whole ones of other VMs. */
  readonly keeps: readonly string[];
  /** What the hypervisor cannot do, with the reason. */
  readonly limitations: readonly { readonly step: string; readonly because: string }[];
}

export const planSnapshot = async (context: BedContext, state: string): Promise<SnapshotPlan> => {
  const machines = await context.machines.inspect(vmNames(context));
  refuseLost(context.bed, machines);
  const sets = findSets(context.bed, machines);
  return {
    bed: context.bed.name,
    state,
    vms: machines.map(({ name, power, esxHost, snapshots }) => ({ name, power, esxHost, snapshots: snapshots.length })),
    removes: sets.flatMap(({ isHalf, flaw }) => (isHalf && flaw !== undefined ? [flaw] : [])),
    keeps: sets.flatMap(({ isHalf, flaw }) => (!isHalf && flaw !== undefined ? [flaw] : [])),
    limitations: await context.machines.limitations(),
  };
};

/** The plan as text for a person. */
export const snapshotLines = ({ bed, state, vms, removes, keeps, limitations }: SnapshotPlan): string[] => {
  const width = Math.max(...vms.map(({ name }) => name.length));
  return [
    `take a set of ${bed} for ${state}: power off, snapshot without memory, power on, all ${vms.length} VMs`,
    ...vms.map(({ name, power, esxHost, snapshots }) => `   ${name.padEnd(width)}  ${power}, ${esxHost}, ${snapshots} snapshots`),
    ...removes.map((flaw) => `removes first what an attempt left that died: ${flaw}`),
    ...keeps.map((flaw) => `leaves alone what is not understood: ${flaw}`),
    ...limitations.map(({ step, because }) => `cannot be done here: ${step}: ${because}`),
  ];
};
