import type { Machines } from "@kubera-e2e/machines";
import type { BedContext } from "../src/bed-context.ts";
import type { MemoryBed } from "./memory-bed.ts";

const forever = (): Promise<never> => new Promise(() => {});

/** One call to the outer world, and whether the process died before or after its effect. */
export interface Death {
  readonly call: number;
  readonly side: "before" | "after";
}

/**
 * A process on a bed in memory that dies as SIGKILL lets it: from the nth call to the hypervisor or the store on nothing it does
 * takes effect, and nobody tells it.
 */
export class MortalProcess {
  readonly context: BedContext;
  /** Resolves when it has died. */
  readonly died: Promise<void>;
  /** What it called, in order: "snapshot a1", "mark broken". */
  readonly calls: string[] = [];
  #isDead = false;
  readonly #death: Death | undefined;
  #announce: () => void = () => {};

  constructor(memory: MemoryBed, death?: Death) {
    this.#death = death;
    this.died = new Promise((resolve) => {
      this.#announce = resolve;
    });
    const { context } = memory;
    this.context = {
      ...context,
      machines: this.#mortal(context.machines),
      marks: {
        read: (bed) => context.marks.read(bed),
        write: (mark) => this.#call(`mark ${mark.state}`, () => context.marks.write(mark)),
      },
      onProgress: (event) => (this.#isDead ? undefined : context.onProgress(event)),
      onRestored: (report) => this.#call("restore.json", () => context.onRestored(report)),
    };
  }

  /** Runs until it has ended or died, turning the clock. */
  async live(memory: MemoryBed, work: (context: BedContext) => Promise<unknown>): Promise<"ended" | "died"> {
    const working = work(this.context).then(() => "ended" as const);
    const end = Promise.race([working, this.died.then(() => "died" as const)]);
    return memory.settle(end);
  }

  #mortal(machines: Machines): Machines {
    return {
      inspect: (names, options) => this.#call("inspect", () => machines.inspect(names, options)),
      powerOff: (name, options) => this.#call(`power off ${name}`, () => machines.powerOff(name, options)),
      powerOn: (name, options) => this.#call(`power on ${name}`, () => machines.powerOn(name, options)),
      snapshot: (name, request, options) => this.#call(`snapshot ${name}`, () => machines.snapshot(name, request, options)),
      revert: (name, id, options) => this.#call(`revert ${name}`, () => machines.revert(name, id, options)),
      removeSnapshot: (name, id, options) => this.#call(`remove ${name}`, () => machines.removeSnapshot(name, id, options)),
      limitations: () => machines.limitations(),
      close: () => machines.close(),
    };
  }

  async #call<T>(name: string, effect: () => Promise<T>): Promise<T> {
    if (this.#isDead) return forever();
    this.calls.push(name);
    const isLast = this.calls.length === this.#death?.call;
    if (isLast && this.#death?.side === "before") return this.#die();
    // What is on its way when the process dies takes effect: the hypervisor knows nothing of processes.
    const result = await effect();
    if (isLast) return this.#die();
    return this.#isDead ? forever() : result;
  }

  #die(): Promise<never> {
    this.#isDead = true;
    this.#announce();
    return forever();
  }
}
