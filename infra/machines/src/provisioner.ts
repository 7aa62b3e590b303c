import type { CallOptions } from "./port.ts";

/** What the server is, and whether it makes machines. */
export interface HypervisorAbout {
  readonly product: string;
  /** Why it cannot clone; absent when it can. */
  readonly cannotClone?: string;
}

/** A VM or template as the inventory lists it. */
export interface ListedMachine {
  /** Of this very VM: names can be borne twice and change. */
  readonly id: string;
  readonly name: string;
  readonly power: "on" | "off" | "suspended";
  readonly esxHost: string;
  readonly folder: string;
  readonly isTemplate: boolean;
  readonly snapshots: number;
  /** As its VMware Tools tell, which run only while it is on. */
  readonly guestHostname?: string;
  readonly guestAddress?: string;
  /** The bed that a set-up made it for; such a VM may be destroyed. */
  readonly madeFor?: string;
}

export interface CloneRequest {
  readonly template: string;
  readonly name: string;
  /** Written into the new VM, so that a dispose knows it. */
  readonly bed: string;
  /** Names in the inventory; by default where the template is. */
  readonly folder?: string | undefined;
  readonly pool?: string | undefined;
  readonly datastore?: string | undefined;
}

/**
 * The inventory of a hypervisor, and machines that come and go. Not every hypervisor with the port `Machines` has it.
 *
 * Errors: those of `Machines`, `DISPOSE_REFUSED`.
 */
export interface Provisioner {
  about(): Promise<HypervisorAbout>;
  list(options?: CallOptions): Promise<ListedMachine[]>;
  /** The new VM is off; rejects with the signal's reason once the task is cancelled. */
  clone(request: CloneRequest, options?: CallOptions): Promise<void>;
  /** Destroys one VM and its files when it bears the mark of this bed, and is off. */
  destroy(machine: Pick<ListedMachine, "id" | "name">, bed: string, options?: CallOptions): Promise<void>;
  close(): Promise<void>;
}
