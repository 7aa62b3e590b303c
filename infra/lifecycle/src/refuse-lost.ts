import type { MachineInfo } from "@kubera-e2e/machines";
import { KuberaError } from "@kubera-e2e/schema/kubera-error";
import type { TestBed } from "@kubera-e2e/schema/test-bed";

/** A VM that the hypervisor has lost reads as off and without snapshots: its sets would look like half ones. Error: `MACHINE_UNREACHABLE`. */
export const refuseLost = (bed: Pick<TestBed, "name">, inspected: readonly MachineInfo[]): void => {
  const lost = inspected.filter((machine) => machine.lost !== undefined);
  if (lost.length === 0) return;
  throw new KuberaError("MACHINE_UNREACHABLE", {
    what: `the hypervisor cannot look at ${lost.length} of ${inspected.length} VMs of the bed ${bed.name}`,
    where: lost.map((machine) => `${machine.name} on ${machine.esxHost}: ${machine.lost ?? ""}`).join("\n           "),
    because: "what it tells of their power and snapshots may be old or empty, and sets are judged by that",
    fix: "Connect these hosts again in the hypervisor, or make the VMs' datastore accessible; then run the same command again.",
  });
};
