import { KuberaError } from "@kubera-e2e/schema/kubera-error";
import { nearest } from "@kubera-e2e/schema/nearest";
import type { MachineInfo } from "./port.ts";

/** The error of names that no VM bears; all of them in one. */
export const machinesMissing = (names: readonly string[], known: readonly string[], where: string): KuberaError => {
  const hints = names.map((name) => {
    const near = nearest(name, known);
    return near === undefined ? `"${name}"` : `"${name}" (there is "${near}")`;
  });
  return new KuberaError("MACHINE_MISSING", {
    what: `${names.length} ${names.length === 1 ? "VM is" : "VMs are"} not in the inventory: ${names.join(", ")}`,
    where,
    because: `of ${known.length} VMs that this account sees, none is called ${hints.join(", ")}`,
    fix: "Correct the names under clusters[].vms in the bed's file, or let the account see the folder with these VMs.",
  });
};

/** The error of names that several VMs bear; `bearers` says which, by name. */
export const machinesAmbiguous = (bearers: ReadonlyMap<string, readonly string[]>, where: string): KuberaError =>
  new KuberaError("MACHINE_AMBIGUOUS", {
    what: `several VMs bear one name: ${[...bearers.keys()].join(", ")}`,
    where,
    because: [...bearers].map(([name, ids]) => `"${name}" is borne by ${ids.join(" and ")}`).join("; "),
    fix: "Rename all but one of them, so that no wrong VM is ever reverted.",
  });

/** The named machines in the order asked for. Errors: `MACHINE_MISSING` with all missing ones, `MACHINE_AMBIGUOUS`. */
export const inOrder = (
  infos: readonly MachineInfo[],
  asked: { readonly names: readonly string[]; readonly known: readonly string[]; readonly where: string },
): MachineInfo[] => {
  const { names, known, where } = asked;
  const bearing = (name: string): MachineInfo[] => infos.filter((info) => info.name === name);
  const missing = names.filter((name) => bearing(name).length === 0);
  if (missing.length > 0) throw machinesMissing(missing, known, where);
  const twice = names.filter((name) => bearing(name).length > 1);
  const bearers = new Map(twice.map((name) => [name, bearing(name).map((info) => `one on ${info.esxHost}`)]));
  if (twice.length > 0) throw machinesAmbiguous(bearers, where);
  return names.flatMap(bearing);
};
