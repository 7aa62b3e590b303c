import { expect } from "vitest";
import { look, take, type ContractCase } from "./contract-case.ts";

const rejection = async (work: Promise<unknown>): Promise<unknown> => {
  try {
    await work;
  } catch (error) {
    return error;
  }
  return "it was not rejected";
};

/** Power, tasks, progress and cancellation. */
export const POWER_CASES: readonly ContractCase[] = [
  {
    title: "powers a VM off",
    run: async ({ machines, vm }) => {
      await machines.powerOff(vm);
      expect(await look(machines, vm)).toMatchObject({ power: "off" });
    },
  },
  {
    title: "powers a VM on",
    run: async ({ machines, vm }) => {
      await machines.powerOff(vm);
      await machines.powerOn(vm);
      expect(await look(machines, vm)).toMatchObject({ power: "on" });
    },
  },
  {
    title: "takes it well that a VM is off already",
    run: async ({ machines, vm }) => {
      await machines.powerOff(vm);
      await machines.powerOff(vm);
      expect(await look(machines, vm)).toMatchObject({ power: "off" });
    },
  },
  {
    title: "takes it well that a VM is on already",
    run: async ({ machines, vm }) => {
      await machines.powerOn(vm);
      await machines.powerOn(vm);
      expect(await look(machines, vm)).toMatchObject({ power: "on" });
    },
  },
  {
    title: "switches only the named VM",
    run: async ({ machines, vm, others }) => {
      await machines.powerOff(vm);
      expect((await machines.inspect(others)).map((info) => info.power)).toEqual(others.map(() => "on"));
    },
  },
  {
    title: "switches many VMs at the same time",
    run: async ({ machines, vm, others }) => {
      const names = [vm, ...others];
      await Promise.all(names.map((name) => machines.powerOff(name)));
      expect((await machines.inspect(names)).map((info) => info.power)).toEqual(names.map(() => "off"));
      await Promise.all(names.map((name) => machines.powerOn(name)));
      expect((await machines.inspect(names)).map((info) => info.power)).toEqual(names.map(() => "on"));
    },
  },
  {
    title: "does nothing for a signal that is aborted already",
    run: async ({ machines, vm }) => {
      const signal = AbortSignal.abort(new Error("too late"));
      expect(await rejection(machines.powerOff(vm, { signal }))).toMatchObject({ message: "too late" });
      expect(await look(machines, vm)).toMatchObject({ power: "on" });
    },
  },
  {
    title: "tells the progress of a task",
    run: async ({ machines, vm }) => {
      const told: number[] = [];
      await machines.powerOff(vm);
      await machines.powerOn(vm, { onProgress: (percent) => told.push(percent) });
      expect(told.some((percent) => percent > 0 && percent < 100)).toBe(true);
      expect(told.every((percent) => percent >= 0 && percent <= 100)).toBe(true);
      expect(told).toEqual(told.toSorted((a, b) => a - b));
    },
  },
  {
    title: "rejects with the signal's reason when a task is cancelled",
    run: async ({ machines, vm }) => {
      const stop = new AbortController();
      await machines.powerOff(vm);
      const onProgress = (percent: number): void => {
        if (percent > 0 && percent < 100) stop.abort(new Error("enough"));
      };
      const work = machines.powerOn(vm, { signal: stop.signal, onProgress });
      expect(await rejection(work)).toMatchObject({ message: "enough" });
    },
  },
  {
    title: "goes on after a cancelled task",
    run: async ({ machines, vm, others }) => {
      const stop = new AbortController();
      const work = rejection(take(machines, others[0] ?? "", "cancelled"));
      const cancelled = rejection(machines.snapshot(vm, { name: "c", description: "" }, { signal: stop.signal }));
      stop.abort(new Error("enough"));
      expect(await cancelled).toMatchObject({ message: "enough" });
      expect(await work).toBe("it was not rejected");
    },
  },
];
