import { KuberaError } from "@kubera-e2e/schema/kubera-error";
import type { CallOptions, InspectOptions, Limitation, MachineInfo, Machines, SnapshotRequest } from "../port.ts";
import { faultError } from "./fault-error.ts";
import { Inventory } from "./inventory.ts";
import { refOf, type ManagedObject } from "./managed-object.ts";
import type { Session } from "./session.ts";
import { isFault, SoapFault } from "./soap-fault.ts";
import { TaskWatcher } from "./task-watcher.ts";
import { leaf } from "./xml.ts";

interface TaskCall {
  readonly method: string;
  /** The VM's name, for errors. */
  readonly machine: string;
  readonly self: ManagedObject;
  readonly args?: readonly string[];
}

export interface EsxParts {
  readonly session: Session;
  readonly limitations: () => Promise<readonly Limitation[]>;
  /** Closes kept connections. */
  readonly hangUp: () => void;
}

/** vCenter and standalone ESX hosts, spoken to in vim25. */
export class EsxMachines implements Machines {
  readonly #session: Session;
  readonly #inventory: Inventory;
  readonly #tasks: TaskWatcher;
  readonly #parts: EsxParts;

  constructor(parts: EsxParts) {
    this.#parts = parts;
    this.#session = parts.session;
    this.#inventory = new Inventory(parts.session);
    this.#tasks = new TaskWatcher(parts.session);
  }

  inspect(names: readonly string[], options: InspectOptions = {}): Promise<MachineInfo[]> {
    return this.#told(undefined, () => this.#inventory.inspect(names, options));
  }

  powerOff(name: string, options?: CallOptions): Promise<void> {
    return this.#power(name, { method: "PowerOffVM_Task", wanted: "poweredOff" }, options);
  }

  powerOn(name: string, options?: CallOptions): Promise<void> {
    return this.#power(name, { method: "PowerOnVM_Task", wanted: "poweredOn" }, options);
  }

  snapshot(name: string, { name: title, description }: SnapshotRequest, options?: CallOptions): Promise<string> {
    const args = [leaf("name", title), leaf("description", description), leaf("memory", false), leaf("quiesce", false)];
    return this.#told(name, async () => {
      const self = await this.#ref(name, options);
      return this.#run({ method: "CreateSnapshot_Task", machine: name, self, args }, options);
    });
  }

  revert(name: string, snapshotId: string, options?: CallOptions): Promise<void> {
    return this.#told(name, async () => {
      const self = await this.#ownSnapshot(name, snapshotId, options);
      await this.#run({ method: "RevertToSnapshot_Task", machine: name, self, args: [leaf("suppressPowerOn", true)] }, options);
    });
  }

  removeSnapshot(name: string, snapshotId: string, options?: CallOptions): Promise<void> {
    return this.#told(name, async () => {
      const self = await this.#ownSnapshot(name, snapshotId, options);
      const args = [leaf("removeChildren", false), leaf("consolidate", true)];
      await this.#run({ method: "RemoveSnapshot_Task", machine: name, self, args }, options);
      await this.#consolidate(name, options);
    });
  }

  limitations(): Promise<readonly Limitation[]> {
    return this.#parts.limitations();
  }

  async close(): Promise<void> {
    await this.#tasks.close();
    await this.#session.logout();
    this.#parts.hangUp();
  }

  #power(name: string, { method, wanted }: { method: string; wanted: string }, options?: CallOptions): Promise<void> {
    return this.#told(name, async () => {
      const self = await this.#ref(name, options);
      try {
        await this.#run({ method, machine: name, self }, options);
      } catch (error) {
        const isThere = isFault(error, "InvalidPowerState") && error.detail?.textOf("existingState") === wanted;
        if (!isThere) throw error;
      }
    });
  }

  /** Delta disks that the removal left behind, for a lock or want of space, would grow until the datastore is full. */
  async #consolidate(name: string, options?: CallOptions): Promise<void> {
    const [info] = await this.#inventory.inspect([name], { ...options, sizes: false });
    if (info?.consolidationNeeded !== true) return;
    const self = await this.#ref(name, options);
    await this.#run({ method: "ConsolidateVMDisks_Task", machine: name, self }, options);
  }

  #ref(name: string, options?: CallOptions): Promise<ManagedObject> {
    return this.#inventory.refNow(name, options?.signal);
  }

  /** The snapshot's reference, once it is known to be this VM's: an id of another VM would revert that one. */
  async #ownSnapshot(name: string, id: string, options?: CallOptions): Promise<ManagedObject> {
    const known = await this.#inventory.snapshotsOf(name, options?.signal);
    if (known.some((snapshot) => snapshot.id === id)) return { type: "VirtualMachineSnapshot", value: id };
    const others = known.map((snapshot) => `${snapshot.id} "${snapshot.name}"`).join(", ");
    throw new KuberaError("VSPHERE_FAULT", {
      what: `VM "${name}" has no snapshot ${id}`,
      where: `${this.#session.place}: snapshots of VM "${name}"`,
      because: `ManagedObjectNotFound: ${known.length === 0 ? "it has no snapshot at all" : `its snapshots are ${others}`}`,
      fix: "Look whether somebody removed the snapshot; then make the set again.",
    });
  }

  async #run({ method, self, args }: TaskCall, options?: CallOptions): Promise<string> {
    options?.signal?.throwIfAborted();
    const [task] = await this.#session.call({ method, self, ...(args && { args }), signal: options?.signal });
    if (task === undefined) throw new SoapFault("UnknownFault", "the call answered without a task", { method });
    return this.#tasks.run(refOf(task), method, options);
  }

  /** Faults leave this room as errors of the house. */
  async #told<T>(machine: string | undefined, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (isFault(error, "ManagedObjectNotFound")) this.#inventory.forget();
      throw error instanceof SoapFault ? faultError(error, { place: this.#session.place, machine }) : error;
    }
  }
}
