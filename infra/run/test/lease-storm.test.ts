import type { LeaseRecord } from "@kubera-e2e/schema/lease";
import { describe, expect, test } from "vitest";
import type { LeaseRegister } from "../src/lease-register.ts";
import { runStorm, secondWriters, WORLD, type StormOptions } from "./storm/lease-storm.ts";
import { STORM_STORES, type StormStore } from "./storm/storm-stores.ts";

const storm = async (
  store: StormStore,
  options: Omit<StormOptions, "register" | "isEnough"> & { readonly stops?: boolean },
  over?: (register: LeaseRegister) => LeaseRegister,
) => {
  const { register, simulated, close } = store.open();
  const onBedWrite = simulated?.onBedWrite;
  const isEnough = (): boolean => options.stops === true && (simulated?.secondWriters().length ?? 0) > 0;
  try {
    const log = await runStorm({ ...options, onBedWrite, isEnough, register: () => (over === undefined ? register() : over(register())) });
    return { ...log, inSimulatorsLog: simulated?.secondWriters() ?? [] };
  } finally {
    close();
  }
};

describe("20 clients with crashes, pauses, cuts, skewed clocks, lost answers and minutes without the store", () => {
  test.each(STORM_STORES)(
    "never write to one bed at the same time: $name, on $behind",
    async (store) => {
      // Whoever meets a red one writes its seed here.
      const seed = Math.floor(Math.random() * 2 ** 32);
      const log = await storm(store, { seed, operations: 10_000 });
      const sum = `${store.name}: seed ${seed}, ${Math.round(log.trueMs / 1000)} s, ${log.takeovers.length} holders, ${JSON.stringify(log.done)}`;
      process.stdout.write(`storm on ${sum}\n`);
      expect(secondWriters(log), sum).toEqual([]);
      expect(log.inSimulatorsLog, sum).toEqual([]);
      expect(log.takeovers.length).toBeGreaterThan(100);
      expect(log.writes.length).toBeGreaterThan(1000);
      expect(Object.keys(log.done).toSorted()).toEqual(["acquire", "crash", "cut off", "pause", "release", "renew", "write"]);
    },
    60_000,
  );
});

/** A register that does not look whether somebody else has written. */
const careless = (register: LeaseRegister): LeaseRegister => ({
  read: (bed) => register.read(bed),
  write: async (record: LeaseRecord) => register.write(record, (await register.read(record.bed)).version),
});

const [, KUBERNETES] = STORM_STORES;

describe("the storm finds", () => {
  test.each<[string, Partial<StormOptions>, ((register: LeaseRegister) => LeaseRegister)?]>([
    ["a holder that ignores the skew of clocks", { believed: { ...WORLD, skewMs: 0 } }],
    ["a holder that ignores how long a call may take", { believed: { ...WORLD, callMs: 0 } }],
    ["a holder that does not look before it writes", { looks: false }],
    ["a store that does not compare versions", {}, careless],
  ])(
    "%s",
    async (_what, options, over) => {
      const log = await storm(KUBERNETES as StormStore, { seed: 1, operations: 10_000, stops: true, ...options }, over);
      expect(secondWriters(log).length).toBeGreaterThan(0);
      expect(log.inSimulatorsLog.length).toBeGreaterThan(0);
    },
    60_000,
  );
});
