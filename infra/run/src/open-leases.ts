import { credentialsFor } from "@kubera-e2e/lifecycle";
import { openWays, type BedWays } from "@kubera-e2e/lifecycle/access";
import type { Clock } from "@kubera-e2e/schema/clock";
import { timingOf } from "@kubera-e2e/schema/bed-lease";
import type { LeasePort, LeaseTiming } from "@kubera-e2e/schema/lease";
import type { Redactor } from "@kubera-e2e/schema/redactor";
import type { Settings } from "@kubera-e2e/schema/settings";
import type { TestBed } from "@kubera-e2e/schema/test-bed";
import { FileLeaseStore } from "./file-lease-store.ts";
import type { LeaseRegister } from "./lease-register.ts";
import { RegisterLeases } from "./register-leases.ts";
import { storeFolder } from "./store-folder.ts";

export interface OpenLeasesOptions {
  readonly settings: Settings;
  readonly redactor: Redactor;
  readonly clock?: Clock | undefined;
}

/** The store that a bed's file names, and the timing it declares. */
export interface OpenLeases {
  readonly leases: LeasePort;
  readonly timing: LeaseTiming;
  readonly close: () => Promise<void>;
}

interface Opened {
  readonly register: LeaseRegister;
  readonly close: () => Promise<void>;
}

const openInKubernetes = async (bed: TestBed, ways: BedWays, { redactor, clock }: OpenLeasesOptions): Promise<Opened> => {
  if (bed.lease.store !== "kubernetes") throw new Error(`the lease of ${bed.name} is not kept in Kubernetes`);
  const [{ openKube }, { KubeRegister }] = await Promise.all([import("@kubera-e2e/kube"), import("./kube-register.ts")]);
  const { kubeconfig, namespace } = bed.lease;
  const kube = openKube({ cluster: "of leases", kubeconfigPath: kubeconfig, way: ways.to("lease"), redactor });
  return { register: new KubeRegister(kube, { namespace, clock }), close: async () => kube.close() };
};

const openInVm = async (bed: TestBed, ways: BedWays, { settings, redactor }: OpenLeasesOptions): Promise<Opened> => {
  if (bed.lease.store !== "lock-vm") throw new Error(`the lease of ${bed.name} is not kept in a VM`);
  const [{ openBedAnnotations }, { VmRegister }] = await Promise.all([
    import("@kubera-e2e/lifecycle/open-annotations"),
    import("./vm-register.ts"),
  ]);
  const notes = await openBedAnnotations(bed, settings, { redactor, access: ways.to("machines") });
  return { register: new VmRegister(notes, bed.lease.vm), close: () => notes.close() };
};

/**
 * Opens the store that holds the lease of a bed; nothing is sent before it is used.
 *
 * Errors: `KUBECONFIG_INVALID`, `SECRET_MISSING`, `BED_INVALID` for a CA bundle that cannot be read, `SETTING_INVALID` without a home folder.
 */
export const openLeases = async (bed: TestBed, options: OpenLeasesOptions): Promise<OpenLeases> => {
  const { settings, clock } = options;
  const timing = timingOf(bed.lease);
  if (bed.lease.store === "file") {
    return { leases: new FileLeaseStore(storeFolder(settings), clock), timing, close: async () => {} };
  }
  const ways = openWays(bed, { redactor: options.redactor, secret: (name) => credentialsFor(bed, name, settings) });
  const { register, close } = await (bed.lease.store === "kubernetes" ? openInKubernetes : openInVm)(bed, ways, options);
  const closeAll = async (): Promise<void> => {
    await close();
    await ways.close();
  };
  return { leases: new RegisterLeases(register, clock), timing, close: closeAll };
};
