import type { DataCenter } from "../datacenter/data-center.ts";
import { usedBytes } from "../datacenter/disk.ts";
import type { Machine } from "../datacenter/machine.ts";
import type { Fault } from "./fault.ts";
import { TaskFaults } from "./task-faults.ts";

interface ActiveFault {
  readonly fault: Fault;
  readonly firedAt: string;
  readonly undo: () => void;
}

/** Fills one disk to the wanted rest; answers the bytes it added. */
const fill = (machine: Machine, freePercent: number): number => {
  const wantedUsed = machine.disk.capacityBytes * (1 - freePercent / 100);
  const added = Math.max(wantedUsed - usedBytes(machine.disk), 0);
  machine.disk.ballastBytes += added;
  return added;
};

/** Faults that are in force; each holds across reverts and reboots until it is cleared. */
export class ActiveFaults {
  readonly #dataCenter: DataCenter;
  readonly #tasks: TaskFaults;
  readonly #active = new Map<string, ActiveFault>();

  constructor(dataCenter: DataCenter, tasks = new TaskFaults()) {
    this.#dataCenter = dataCenter;
    this.#tasks = tasks;
  }

  fire(fault: Fault): void {
    this.clear(fault.id);
    const undoes = [
      ...(fault.fillDisk === undefined ? [] : this.#fillDisks(fault.fillDisk)),
      ...(fault.failTasks === undefined ? [] : [this.#tasks.add(fault.failTasks)]),
    ];
    this.#active.set(fault.id, {
      fault,
      firedAt: new Date(this.#dataCenter.time.now()).toISOString(),
      undo: () => undoes.forEach((undo) => undo()),
    });
  }

  /** Whether the fault was in force. */
  clear(id: string): boolean {
    this.#active.get(id)?.undo();
    return this.#active.delete(id);
  }

  #fillDisks({ cluster, plane, freePercent }: NonNullable<Fault["fillDisk"]>): (() => void)[] {
    const targets = this.#dataCenter.machinesOf(cluster).filter((machine) => machine.spec.plane === plane);
    return targets.map((machine) => keepFilled(machine, freePercent));
  }

  list(): { readonly id: string; readonly title: string; readonly firedAt: string }[] {
    return [...this.#active.values()].map(({ fault, firedAt }) => ({ id: fault.id, title: fault.title, firedAt }));
  }
}

const keepFilled = (machine: Machine, freePercent: number): (() => void) => {
  let disk = machine.disk;
  let added = fill(machine, freePercent);
  const stop = machine.onChange(() => {
    if (machine.disk === disk) return;
    disk = machine.disk;
    added = fill(machine, freePercent);
  });
  return () => {
    stop();
    machine.disk.ballastBytes -= machine.disk === disk ? added : 0;
  };
};
