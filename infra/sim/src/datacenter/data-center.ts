import { Machine, type MachineSpec } from "./machine.ts";
import type { SimTime } from "./sim-time.ts";

/** All machines of the simulated data centre, and their ESX hosts. */
export class DataCenter {
  readonly #machines: Machine[];
  readonly time: SimTime;

  constructor(specs: readonly MachineSpec[], time: SimTime) {
    this.time = time;
    this.#machines = specs.map((spec) => new Machine(spec, time));
  }

  /** One list all the time; it grows and shrinks as machines come and go. */
  get machines(): readonly Machine[] {
    return this.#machines;
  }

  add(spec: MachineSpec): Machine {
    const machine = new Machine(spec, this.time);
    this.#machines.push(machine);
    return machine;
  }

  remove(machine: Machine): void {
    const index = this.#machines.indexOf(machine);
    if (index >= 0) this.#machines.splice(index, 1);
  }

  get esxHosts(): readonly string[] {
    return [...new Set(this.machines.map((machine) => machine.spec.esxHost))].toSorted();
  }

  machine(id: string): Machine | undefined {
    return this.machines.find((machine) => machine.spec.id === id);
  }

  machinesOf(cluster: string): readonly Machine[] {
    return this.machines.filter((machine) => machine.spec.cluster === cluster);
  }
}
