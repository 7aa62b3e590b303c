import type { BedContext } from "@kubera-e2e/lifecycle";
import type { PowerRequest } from "./wire.ts";

/** Switches the VM of a node off or on. Errors: `MACHINE_MISSING`, `VSPHERE_FAULT` and their kin; throws for a node that the bed does not have. */
export const setNodePower = async ({ bed, machines }: Pick<BedContext, "bed" | "machines">, request: PowerRequest): Promise<void> => {
  const { cluster, node, to } = request;
  const vm = bed.clusters.find(({ name }) => name === cluster)?.vms.find((one) => one.node === node)?.name;
  if (vm === undefined) throw new Error(`the bed ${bed.name} has no node ${node} in a cluster ${cluster}`);
  const signal = AbortSignal.timeout(bed.intervals.power);
  await (to === "off" ? machines.powerOff(vm, { signal }) : machines.powerOn(vm, { signal }));
};
