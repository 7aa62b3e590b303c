import { KuberaError } from "@kubera-e2e/schema/kubera-error";
import { fixOfFault } from "../fault-fixes.ts";
import type { SoapFault } from "./soap-fault.ts";

/** Where a fault met us. */
export interface FaultPlace {
  readonly place: string;
  readonly machine?: string | undefined;
}

/** The privileges that a NoPermission asks for: one in vSphere 6, all that are missing since 7.0.3. */
const missingPrivileges = ({ detail }: SoapFault): string[] => {
  const listed = (detail?.all("missingPrivileges") ?? []).flatMap((entity) => entity.all("privilegeIds").map(({ text }) => text));
  const one = detail?.textOf("privilegeId") ?? "";
  return [...new Set([...(one === "" ? [] : [one]), ...listed])];
};

const fixOf = (fault: SoapFault, on: string): string => {
  const privileges = fault.type === "NoPermission" ? missingPrivileges(fault) : [];
  if (privileges.length === 0) return fixOfFault(fault.type);
  const object = on === "" ? (fault.detail?.textOf("object") ?? "the object that the fault names") : on.replace(" of ", "");
  return `Give the account the privilege ${privileges.join(", ")} on ${object}, or on a folder above it.`;
};

/** The error of the house for a fault; its type, method and VM stand in `because`. */
export const faultError = (fault: SoapFault, { place, machine }: FaultPlace): KuberaError => {
  const on = machine === undefined ? "" : ` of VM "${machine}"`;
  return new KuberaError("VSPHERE_FAULT", {
    what: `vSphere refused ${fault.method}${on}`,
    where: `${place}: ${fault.method}${on}`,
    because: `${fault.type} on ${fault.method}${on}${fault.message === "" ? "" : `: ${fault.message}`}`,
    fix: fixOf(fault, on),
    cause: Object.assign(new Error(fault.message), { name: "SoapFault", code: fault.type }),
  });
};
