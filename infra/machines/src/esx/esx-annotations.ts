import type { Annotation, AnnotationOptions, AnnotationStore } from "../annotations.ts";
import { faultError } from "./fault-error.ts";
import { Inventory } from "./inventory.ts";
import { refOf, type ManagedObject } from "./managed-object.ts";
import { retrieve } from "./property-collector.ts";
import type { Session } from "./session.ts";
import { isFault, SoapFault } from "./soap-fault.ts";
import { TaskWatcher } from "./task-watcher.ts";
import { branch, leaf } from "./xml.ts";

const METHOD = "ReconfigVM_Task";

/** `config.annotation`, guarded by `config.changeVersion`. */
export class EsxAnnotations implements AnnotationStore {
  readonly #session: Session;
  readonly #inventory: Inventory;
  readonly #tasks: TaskWatcher;
  readonly #hangUp: () => void;

  /** `hangUp` closes kept connections. */
  constructor(session: Session, hangUp: () => void) {
    this.#session = session;
    this.#inventory = new Inventory(session);
    this.#tasks = new TaskWatcher(session);
    this.#hangUp = hangUp;
  }

  read(vm: string, { signal }: AnnotationOptions = {}): Promise<Annotation> {
    return this.#told(vm, async () => {
      const objects = await this.#inventory.find([vm], signal);
      const paths = ["config.annotation", "config.changeVersion"];
      const [found] = await retrieve(this.#session, { type: "VirtualMachine", paths, objects, signal });
      const textOf = (path: string): string => found?.properties.get(path)?.text ?? "";
      return { text: textOf("config.annotation"), version: textOf("config.changeVersion") };
    });
  }

  write(vm: string, { text, version }: Annotation, options: AnnotationOptions = {}): Promise<boolean> {
    return this.#told(vm, async () => {
      const [self] = await this.#inventory.find([vm], options.signal);
      if (self === undefined) throw new TypeError(`no reference of ${vm}`);
      try {
        await this.#reconfigure(self, [leaf("changeVersion", version), leaf("annotation", text)], options);
        return true;
      } catch (error) {
        // A task on the VM that has not ended will have changed it by the time it has.
        if (isFault(error, "ConcurrentAccess", "TaskInProgress")) return false;
        throw error;
      }
    });
  }

  async close(): Promise<void> {
    await this.#tasks.close();
    await this.#session.logout();
    this.#hangUp();
  }

  async #reconfigure(self: ManagedObject, spec: readonly string[], { signal }: AnnotationOptions): Promise<void> {
    const [task] = await this.#session.call({ method: METHOD, self, args: [branch("spec", spec)], signal });
    if (task === undefined) throw new SoapFault("UnknownFault", "the call answered without a task", { method: METHOD });
    await this.#tasks.run(refOf(task), METHOD, { ...(signal && { signal }) });
  }

  /** Faults leave this room as errors of the house. */
  async #told<T>(machine: string, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (isFault(error, "ManagedObjectNotFound")) this.#inventory.forget();
      throw error instanceof SoapFault ? faultError(error, { place: this.#session.place, machine }) : error;
    }
  }
}
