import { KuberaError } from "@kubera-e2e/schema/kubera-error";
import type { SoapFault } from "./soap-fault.ts";

const FIXES: Readonly<Record<string, string>> = {
  NoPermission: "Give the account the privilege that the fault names, on the VM's folder.",
  TaskInProgress: "Wait until the other task on this VM has ended, as the vSphere client shows it; then run again.",
  InvalidPowerState: "Look at the VM's power state in the vSphere client; a suspended VM must be powered off by hand.",
  ManagedObjectNotFound: "Look whether the VM or snapshot was deleted a moment ago; then run again.",
  NoDiskSpace: "Free space on the datastore: delete old snapshots first.",
  FileFault: "Look at the VM's files on the datastore, and whether the datastore is mounted.",
  FileLocked: "Find the ESX host that holds the lock: another host may still run this VM.",
  InsufficientResourcesFault: "Power other VMs off or give the host more memory.",
  RestrictedVersion: "Use a licence of ESX that allows changes through its API; the free one only reads.",
  NotSupported: "Do this step by hand, or on a vCenter or ESX host that can.",
  HostNotConnected: "Bring the ESX host back, as vCenter shows it: power, management network, its agents.",
  RequestCanceled: "Run again; somebody or a deadline cancelled the task.",
  TooManySnapshotLevels: "Delete old snapshots of this VM.",
  MemorySnapshotOnIndependentDisk: "Make the VM's disks dependent; independent ones are left out of snapshots.",
};

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
    fix: FIXES[fault.type] ?? `Look the fault ${fault.type} up in the vSphere API reference, and at the VM's events in the vSphere client.`,
    cause: Object.assign(new Error(fault.message), { name: "SoapFault", code: fault.type }),
  });
};
