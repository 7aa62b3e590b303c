import type { BedContext } from "@kubera-e2e/lifecycle";

/** All VMs of a bed, in the order of its file. */
export const vmNames = ({ bed }: BedContext): string[] => bed.clusters.flatMap((cluster) => cluster.vms.map((vm) => vm.name));
