import { KuberaError } from "@kubera-e2e/schema/kubera-error";
import type { CallOptions } from "../port.ts";
import type { CloneRequest, HypervisorAbout, ListedMachine, Provisioner } from "../provisioner.ts";
import { cloneCall, markXml } from "./clone-spec.ts";
import { faultError } from "./fault-error.ts";
import { listMachines, markOf } from "./listing.ts";
import { refOf, type ManagedObject } from "./managed-object.ts";
import { retrieve } from "./property-collector.ts";
import type { Session } from "./session.ts";
import { SoapFault } from "./soap-fault.ts";
import type { SoapCall } from "./soap.ts";
import { TaskWatcher } from "./task-watcher.ts";
import { branch } from "./xml.ts";

/** Inventory and cloning of a vCenter; of a standalone host the inventory alone. */
export class EsxProvisioner implements Provisioner {
  readonly #session: Session;
  readonly #tasks: TaskWatcher;
  readonly #hangUp: () => void;

  constructor(parts: { readonly session: Session; readonly hangUp: () => void }) {
    this.#session = parts.session;
    this.#tasks = new TaskWatcher(parts.session);
    this.#hangUp = parts.hangUp;
  }

  async about(): Promise<HypervisorAbout> {
    const { fullName, apiType } = await this.#session.content();
    if (apiType === "VirtualCenter") return { product: fullName };
    return { product: fullName, cannotClone: "a standalone ESX host has no CloneVM_Task: only a vCenter clones" };
  }

  list({ signal }: CallOptions = {}): Promise<ListedMachine[]> {
    return this.#told(undefined, () => listMachines(this.#session, signal));
  }

  async clone(request: CloneRequest, options?: CallOptions): Promise<void> {
    const { cannotClone } = await this.about();
    if (cannotClone !== undefined) throw this.#cannot(request, cannotClone);
    await this.#told(request.name, async () => {
      const call = await cloneCall(this.#session, request);
      const made = await this.#run({ method: "CloneVM_Task", ...call }, options);
      await this.#proveMark({ type: "VirtualMachine", value: made }, request.bed);
    });
  }

  async destroy({ id, name }: Pick<ListedMachine, "id" | "name">, bed: string, options?: CallOptions): Promise<void> {
    const self = { type: "VirtualMachine", value: id };
    await this.#told(name, async () => {
      const mark = await this.#mark(self);
      if (mark !== bed) throw this.#refuse(name, bed, mark);
      await this.#run({ method: "Destroy_Task", self }, options);
    });
  }

  async close(): Promise<void> {
    await this.#tasks.close();
    await this.#session.logout();
    this.#hangUp();
  }

  async #mark(self: ManagedObject): Promise<string | undefined> {
    const [content] = await retrieve(this.#session, { type: self.type, paths: ["config.extraConfig"], objects: [self] });
    return markOf(content?.properties.get("config.extraConfig"));
  }

  /** A server that drops the mark of a clone is told it again: without it nobody could dispose of the VM. */
  async #proveMark(self: ManagedObject, bed: string): Promise<void> {
    if ((await this.#mark(self)) === bed) return;
    await this.#run({ method: "ReconfigVM_Task", self, args: [branch("spec", [markXml(bed)])] });
  }

  #cannot({ name }: CloneRequest, because: string): KuberaError {
    return new KuberaError("RESTORE_UNSUPPORTED", {
      what: `VM "${name}" cannot be cloned here`,
      where: this.#session.place,
      because,
      fix: "Give a vCenter as machines.endpoint, or make the VMs by hand and take the set: e2e bed snapshot.",
    });
  }

  #refuse(name: string, bed: string, mark: string | undefined): KuberaError {
    return new KuberaError("DISPOSE_REFUSED", {
      what: `VM "${name}" was not made by a set-up of the bed ${bed}`,
      where: `${this.#session.place}: VM "${name}"`,
      because: mark === undefined ? "it bears no mark of a set-up" : `its mark says that it was made for the bed ${mark}`,
      fix: "Destroy it by hand if it is to go; nothing is destroyed here that was not made here.",
    });
  }

  async #run(call: SoapCall, options: CallOptions = {}): Promise<string> {
    options.signal?.throwIfAborted();
    const [task] = await this.#session.call({ ...call, signal: options.signal });
    if (task === undefined) throw new SoapFault("UnknownFault", "the call answered without a task", { method: call.method });
    return this.#tasks.run(refOf(task), call.method, options);
  }

  async #told<T>(machine: string | undefined, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw error instanceof SoapFault ? faultError(error, { place: this.#session.place, machine }) : error;
    }
  }
}
