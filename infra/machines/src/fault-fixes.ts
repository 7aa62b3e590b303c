const FIXES: Readonly<Record<string, string>> = {
  NoPermission: "Give the account the privilege that the fault names, on the VM's folder.",
  NotAuthenticated:
    "Look who ends the sessions of this account, or how many it may have; it was logged in again once, and that session ended too.",
  TaskInProgress: "Wait until the other task on this VM has ended, as the vSphere client shows it; then run again.",
  InvalidPowerState: "Look at the VM's power state in the vSphere client; a suspended VM must be powered off by hand.",
  ManagedObjectNotFound: "Look whether the VM or snapshot was deleted a moment ago; then run again.",
  NoDiskSpace: "Free space on the datastore: delete old snapshots first.",
  FileFault: "Look at the VM's files on the datastore, and whether the datastore is mounted.",
  FileLocked: "Find the ESX host that holds the lock: another host may still run this VM.",
  InsufficientResourcesFault: "Power other VMs off or give the host more memory.",
  RestrictedVersion:
    "A free ESXi licence only reads through the API. Drive the host over ssh: driver exec with infra/machines/examples/esxi-ssh, see docs/add-a-hypervisor.md.",
  NotSupported: "Do this step by hand, or on a vCenter or ESX host that can.",
  DuplicateName: "Look what bears this name, also in folders that this account does not see, or give the VM another one.",
  HostNotConnected: "Bring the ESX host back, as vCenter shows it: power, management network, its agents.",
  RequestCanceled: "Run again; somebody or a deadline cancelled the task.",
  TooManySnapshotLevels: "Delete old snapshots of this VM.",
  MemorySnapshotOnIndependentDisk: "Make the VM's disks dependent; independent ones are left out of snapshots.",
};

/** What to do about a fault of vSphere, or of a script that names one, by its type without namespace. */
export const fixOfFault = (type: string): string =>
  FIXES[type] ?? `Look the fault ${type} up in the vSphere API reference, and at the VM's events in the vSphere client.`;
