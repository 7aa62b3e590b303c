import type { BedState } from "@kubera-e2e/schema/bed-state";
import { describe, expect, test } from "vitest";
import { ensureState } from "../src/index.ts";
import { failureOf, labBed, MemoryBed } from "./memory-bed.ts";

const ensure = (memory: MemoryBed, state: BedState) => memory.settle(ensureState(memory.context, state, { build: "1.12.0" }));

describe("ensureState", () => {
  test("restores the set when it is there", async () => {
    const memory = new MemoryBed().seed();
    expect(await ensure(memory, "bare")).toMatchObject({ state: "bare", made: false });
    expect(memory.machines.journal).toHaveLength(15);
  });

  test.each([
    ["bare, which is made from nothing", "bare", "bare"],
    ["a state whose file does not allow it", "openebs", "openebs@1.12.0"],
    ["one that the file does not know", "openebs-base", "openebs-base@1.12.0"],
  ] as const)("refuses to make %s", async (_case, state, name) => {
    const memory = new MemoryBed();
    const failure = await failureOf(ensure(memory, state));
    expect(failure.code).toBe("SET_MISSING");
    expect(failure.what).toContain(`for the state ${name}`);
    expect(memory.machines.journal).toEqual([]);
  });

  test.each([
    ["director", "director: { from: bare, make: true }"],
    ["openebs", "director: { from: bare, make: true }; openebs: { from: director, make: true }"],
    ["openebs-base", "director: { from: bare, make: true }; openebs-base: { from: director, make: true }"],
  ] as const)("names every line by which runs make %s", async (state, line) => {
    const bed = { ...labBed(), states: { bare: { make: false } } };
    const failure = await failureOf(ensure(new MemoryBed(bed), state));
    expect(failure.fix).toBe(
      `Have runs make it, below states in the bed's file: ${line}. Or by hand: Bring the bed into that state and take it: e2e bed snapshot lab --state ${state}@1.12.0.`,
    );
  });

  test("restores the state it is made from before it installs", async () => {
    const memory = new MemoryBed().seed();
    // The bed in memory holds no workloads, so the installation itself cannot succeed here; the simulated bed shows that.
    await expect(ensure(memory, "director")).rejects.toThrow("kube.apply is not a function");
    expect(memory.events.filter(({ verb }) => verb === "make").map(({ because }) => because)).toEqual([
      "its set is missing: restoring bare and installing",
    ]);
    expect(memory.reports.map(({ state, outcome }) => [state, outcome])).toEqual([["bare", "restored"]]);
  });

  test("passes on any other refusal than a missing set", async () => {
    const memory = new MemoryBed(labBed()).seed({ state: "director@1.12.0", takenAt: "2025-01-01T00:00:00.000Z" });
    expect((await failureOf(ensure(memory, "director"))).code).toBe("SET_REFUSED");
  });
});
