import { Machine, type MachineSpec } from "./machine.ts";
import type { SimTime } from "./sim-time.ts";

/** All machines of the simulated data centre, and their ESX hosts. */
export class DataCenter {
  readonly machines: readonly Machine[];
  readonly time: SimTime;

  constructor(specs: readonly MachineSpec[], time: SimTime) {
    this.time = time;
    this.machines = specs.map((spec) => new Machine(spec, time));
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
