import { KuberaError } from "@kubera-e2e/schema/kubera-error";
import { fixOfFault } from "../fault-fixes.ts";
import type { SoapFault } from "./soap-fault.ts";

/** Where a fault met us. */
export interface FaultPlace {
  readonly place: string;
  readonly machine?: string | undefined;
}

/** The error of the house for a fault; its type, method and VM stand in `because`. */
export const faultError = (fault: SoapFault, { place, machine }: FaultPlace): KuberaError => {
  const on = machine === undefined ? "" : ` of VM "${machine}"`;
  return new KuberaError("VSPHERE_FAULT", {
    what: `vSphere refused ${fault.method}${on}`,
    where: `${place}: ${fault.method}${on}`,
    because: `${fault.type} on ${fault.method}${on}${fault.message === "" ? "" : `: ${fault.message}`}`,
    fix: fixOfFault(fault.type),
    cause: Object.assign(new Error(fault.message), { name: "SoapFault", code: fault.type }),
  });
};
