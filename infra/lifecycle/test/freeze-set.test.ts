import type { TestBed } from "@kubera-e2e/schema/test-bed";
import { describe, expect, test } from "vitest";
import { restoreSet, snapshotSet } from "../src/index.ts";
import { findFrozen, freezeBed } from "../src/sets.ts";
import { failureOf, labBed, manifestOf, MemoryBed } from "./memory-bed.ts";

const VMS = ["a1", "a2", "a3", "b1", "b2"];
const DAY_MS = 86_400_000;

const bedKeeping = (keep: number): TestBed => ({ ...labBed(), sets: { ...labBed().sets, frozen: { keep, expireAfter: 7 * DAY_MS } } });

const freeze = (memory: MemoryBed, id: string) => memory.settle(freezeBed(memory.context, { id, because: "failed: TCID-1" }));

const frozenOf = async (memory: MemoryBed) => findFrozen(memory.bed, await memory.machines.inspect(VMS));

describe("freezeBed", () => {
  test("keeps the state as a set without memory, one deeper than others may lie, and leaves the VMs off", async () => {
    const memory = new MemoryBed();
    for (const vm of VMS) memory.machines.seed(vm, manifestOf(), { depth: 2 });
    for (const vm of VMS) memory.machines.seed(vm, manifestOf({ set: "s3", state: "director@1.12.0" }), { depth: 3 });
    expect(await freeze(memory, "run-1")).toMatchObject({ kept: true, id: "run-1" });
    expect(await frozenOf(memory)).toMatchObject([{ id: "run-1", because: "failed: TCID-1", flaw: undefined }]);
    const [found] = await frozenOf(memory);
    expect(Date.parse(found?.expiresAt ?? "") - Date.parse(found?.takenAt ?? "")).toBeGreaterThan(6.9 * DAY_MS);
    expect([...memory.machines.vms.values()].map(({ power }) => power)).toEqual(VMS.map(() => "off"));
    expect(memory.machines.vms.get("a1")?.snapshots.at(-1)).toMatchObject({ depth: 4, withMemory: false });
  });

  test("is brought back whatever its age, without waiting for what had failed, and is no clean bed", async () => {
    const memory = new MemoryBed().seed();
    await freeze(memory, "run-1");
    await memory.settle(restoreSet(memory.context, { state: "bare" }));
    memory.sick.add("c1/n2");
    memory.ping = () => Promise.reject(new Error("Director is broken"));
    await memory.clock.advance(60 * DAY_MS);
    const report = await memory.settle(restoreSet(memory.context, { state: "frozen:run-1" }));
    expect(report.outcome).toBe("restored");
    expect([...new Set(report.steps.map(({ phase }) => phase))].at(-1)).toBe("power on workers");
    expect(memory.marks.at(-1)).toMatchObject({ state: "dirty", holds: "frozen:run-1", because: "a frozen state was brought back" });
  });

  test("is told for an id that is not there, with those that are", async () => {
    const memory = new MemoryBed().seed();
    await freeze(memory, "run-1");
    expect((await failureOf(memory.settle(restoreSet(memory.context, { state: "frozen:run-2" })))).message)
      .toBe(`[SET_MISSING] no VM of the bed lab carries a set for the state frozen:run-2
  where:   a1, a2, a3, b1, b2
  because: the sets there hold bare, frozen:run-1
  fix:     See which ones there are: e2e bed status lab. One that has expired may have been removed by e2e bed gc.`);
  });

  test("names the command that goes on when it cannot be brought back", async () => {
    const memory = new MemoryBed().seed();
    await freeze(memory, "run-1");
    memory.machines.trouble = new Map([["revert a1", new Error("no")]]);
    const failure = await failureOf(memory.settle(restoreSet(memory.context, { state: "frozen:run-1" })));
    expect(failure.fix).toBe("The bed is marked broken; then go on with: e2e bed restore lab --frozen run-1");
  });

  test("does nothing while the bed holds as many as it may, and says which", async () => {
    const memory = new MemoryBed(bedKeeping(1)).seed();
    await freeze(memory, "run-1");
    memory.machines.journal.length = 0;
    expect(await freeze(memory, "run-2")).toEqual({
      kept: false,
      because: "sets.frozen.keep is 1, and the bed holds run-1; make room: e2e bed gc lab --drop frozen:ID",
    });
    expect(memory.machines.journal).toEqual([]);
  });

  test("keeps nothing of a bed whose restore died, and leaves its mark", async () => {
    const memory = new MemoryBed().seed();
    const mark = { bed: "lab", state: "broken", because: "a restore to bare was begun", at: "2026-01-01T00:00:00.000Z" } as const;
    await memory.context.marks.write(mark);
    expect(await freeze(memory, "run-1")).toEqual({ kept: false, because: "the bed is broken: a restore to bare was begun" });
    expect(memory.marks).toHaveLength(1);
  });

  test("keeps nothing of a bed whose restore died on another computer", async () => {
    const memory = new MemoryBed().seed();
    const context = { ...memory.context, mixed: () => "a restore to bare was begun" };
    const frozen = await memory.settle(freezeBed(context, { id: "run-1", because: "failed" }));
    expect(frozen).toEqual({ kept: false, because: "the bed is broken: a restore to bare was begun" });
    expect(memory.marks).toEqual([]);
  });

  test("takes the room of one that has expired", async () => {
    const memory = new MemoryBed(bedKeeping(1)).seed();
    await freeze(memory, "run-1");
    await memory.settle(restoreSet(memory.context, { state: "bare" }));
    await memory.clock.advance(8 * DAY_MS);
    expect(await freeze(memory, "run-2")).toMatchObject({ kept: true });
    expect((await frozenOf(memory)).map(({ id }) => id)).toEqual(["run-2"]);
  });

  test("keeps nothing on a bed that allows none", async () => {
    expect(await freeze(new MemoryBed(bedKeeping(0)).seed(), "run-1")).toMatchObject({ kept: false });
  });

  test("does not stand in the way of the next set of the state it came from", async () => {
    const memory = new MemoryBed().seed();
    await freeze(memory, "run-1");
    await memory.settle(restoreSet(memory.context, { state: "bare" }));
    expect(await memory.settle(snapshotSet(memory.context, { state: "bare" }))).toMatchObject({ state: "bare" });
  });
});
