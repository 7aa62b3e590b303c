import { KuberaError } from "@kubera-e2e/schema/kubera-error";
import { parseTestBed } from "@kubera-e2e/schema/parse-test-bed";
import type { TestBed } from "@kubera-e2e/schema/test-bed";
import { describe, expect, test } from "vitest";
import type { BedContext } from "../src/bed-context.ts";
import type { BedMark } from "../src/bed-marks.ts";
import { restoreSet } from "../src/index.ts";
import { collectSets, findSets, planGc, printGcPlan } from "../src/sets.ts";
import { failureOf, LAB, labBed, manifestOf, MemoryBed } from "./memory-bed.ts";
import { MortalProcess } from "./mortal-bed.ts";

const VMS = ["a1", "a2", "a3", "b1", "b2"];
const NOW = Date.UTC(2026, 0, 1);
const GIB = 2 ** 30;

const bedWith = (sets: Partial<TestBed["sets"]>): TestBed => ({ ...labBed(), sets: { ...labBed().sets, ...sets } });
const day = (number: number): string => `2025-12-${String(number).padStart(2, "0")}T00:00:00.000Z`;

const planOf = async (memory: MemoryBed, over: { mark?: BedMark; drop?: string } = {}) =>
  planGc(memory.bed, await memory.machines.inspect(VMS), {
    nowMs: NOW,
    mark: over.mark,
    ...(over.drop !== undefined && { drop: over.drop }),
  });

/** Sets of one state beside each other: each VM goes back to where it was before the next is taken. */
const siblings = (memory: MemoryBed, ...sets: readonly Parameters<typeof manifestOf>[0][]): MemoryBed => {
  for (const set of sets)
    for (const [name, vm] of memory.machines.vms) {
      const base = vm.current;
      memory.machines.seed(name, manifestOf(set), { sizeBytes: GIB });
      vm.current = base;
    }
  return memory;
};

const short = ({ goes, stays }: Awaited<ReturnType<typeof planOf>>): Record<string, string> => {
  const lines = [
    ...goes.map(({ set, why }) => [set, `goes: ${why}`] as const),
    ...stays.map(({ set, why }) => [set, `stays: ${why}`] as const),
  ];
  return Object.fromEntries<string>(lines);
};

const frozen = (id: string, expiresAt: string) => ({ set: id, state: `frozen:${id}`, expiresAt, because: "3 tests failed" });

describe("planGc", () => {
  test("prints what goes and what stays, each with its reason", async () => {
    const memory = siblings(new MemoryBed(bedWith({ keep: 2 })).seed({ set: "b0", takenAt: day(1) }), { set: "b1", takenAt: day(2) });
    siblings(memory, { set: "d1", state: "director@1.11.0", takenAt: day(3) }, { set: "d2", state: "director@1.11.0", takenAt: day(4) });
    siblings(memory, { set: "d3", state: "director@1.11.0", takenAt: day(5) }, { set: "e1", state: "director@1.12.0", takenAt: day(6) });
    siblings(memory, frozen("over", day(20)), frozen("held", "2026-01-05T00:00:00.000Z"));
    for (const vm of ["a1", "a2"]) memory.machines.seed(vm, manifestOf({ set: "half", takenAt: day(9) }));
    await expect(`${printGcPlan(await planOf(memory))}\n`).toMatchFileSnapshot("golden/gc-plan.txt");
  });

  test("keeps the last whole set of a state, however old, and however many half ones are newer", async () => {
    const memory = new MemoryBed(bedWith({ keep: 1 })).seed({ set: "old", takenAt: day(1) });
    for (const vm of ["a1", "b2"]) memory.machines.seed(vm, manifestOf({ set: "half", takenAt: day(9) }));
    expect(short(await planOf(memory))).toEqual({
      half: "goes: unfinished: set half is on 2 of 5 VMs; without it: a2, a3, b1",
      old: "stays: the newest whole set of bare",
    });
  });

  test("keeps the set that the bed runs on, and the one it was last restored to", async () => {
    const memory = siblings(new MemoryBed(bedWith({ keep: 1 })).seed({ set: "under", takenAt: day(1) }), {
      set: "marked",
      takenAt: day(2),
    });
    siblings(memory, { set: "new", takenAt: day(3) });
    const mark = { schema: "kubera-e2e/bed-mark@1", bed: "lab", state: "clean", set: "marked", because: "restored", at: day(30) } as const;
    expect(short(await planOf(memory, { mark }))).toEqual({
      new: "stays: the newest whole set of bare",
      marked: "stays: the bed runs on it",
      under: "stays: the bed runs on it",
    });
  });

  test("keeps a set that several others lie on, since its files would stay all the same", async () => {
    const memory = new MemoryBed(bedWith({ keep: 1 })).seed({ set: "root", takenAt: day(1) });
    siblings(memory, { set: "d", state: "director@1.12.0", takenAt: day(2) }, { set: "new", takenAt: day(3) });
    for (const vm of memory.machines.vms.values()) vm.current = vm.snapshots.at(-1)?.id;
    expect(short(await planOf(memory))["root"]).toBe("stays: 2 snapshots lie on it: removing it would free nothing");
  });

  test("prefers a set that can be restored to a newer one with memory", async () => {
    const memory = new MemoryBed(bedWith({ keep: 1 })).seed({ set: "good", takenAt: day(1) });
    for (const [name, vm] of memory.machines.vms) {
      memory.machines.seed(name, manifestOf({ set: "bad", takenAt: day(2) }), { withMemory: true });
      vm.current = undefined;
    }
    expect(short(await planOf(memory))).toEqual({
      good: "stays: the newest whole set of bare",
      bad: "goes: it carries memory, and no restore takes it",
    });
  });

  test("takes the oldest spare ones when all take more than sets.maxSize, and says when that is not enough", async () => {
    const sizes = { keep: 3, maxSize: 11 * GIB };
    const memory = siblings(
      new MemoryBed(bedWith(sizes)),
      { set: "s1", takenAt: day(1) },
      { set: "s2", takenAt: day(2) },
      { set: "s3", takenAt: day(3) },
    );
    expect(short(await planOf(memory))).toMatchObject({
      s1: "goes: all sets take 15.0 GiB, and sets.maxSize is 11.0 GiB",
      s2: "stays: one of the 3 that sets.keep keeps",
    });
    const tight = siblings(new MemoryBed(bedWith({ ...sizes, maxSize: GIB })), { set: "s1", takenAt: day(1) });
    expect((await planOf(tight)).notes).toEqual([
      "what stays takes 5.0 GiB, more than sets.maxSize 1.0 GiB: nothing else may go by itself; name a state that nobody needs any more: e2e bed gc lab --drop STATE",
    ]);
  });

  test("drops a state that is named, but never what the bed runs on", async () => {
    const memory = siblings(new MemoryBed(labBed()).seed({ set: "under" }), { set: "d", state: "director@1.10.0" });
    expect(short(await planOf(memory, { drop: "director@1.10.0" }))["d"]).toBe("goes: --drop director@1.10.0");
    expect(short(await planOf(memory, { drop: "bare" }))["under"]).toBe("stays: the bed runs on it");
  });

  test("leaves alone what it does not understand, and sets of other beds", async () => {
    const memory = siblings(new MemoryBed(labBed()), { set: "small", vms: 3 }, { set: "theirs", bed: "other" });
    expect(short(await planOf(memory))).toEqual({ small: "stays: not understood: set small was taken of 3 VMs, and the bed has 5" });
  });

  test.each([
    ["a VM that was renamed in the bed's file", "b3", { over: {}, why: "it was taken of other VMs than the bed has now" }],
    ["a VM that a set of before lacks", "b2", { over: { vmsHash: undefined }, why: "it does not say of which VMs it was taken" }],
  ])("never takes for half, and keeps, what is healthy but for %s", async (_title, last, { over, why }) => {
    const memory = new MemoryBed(parseTestBed(LAB.replace("name: b2", `name: ${last}`), "lab.yaml"));
    for (const vm of ["a1", "a2", "a3", "b1"]) memory.machines.seed(vm, manifestOf({ set: "healthy", ...over }));
    const inspected = await memory.machines.inspect(["a1", "a2", "a3", "b1", last]);
    expect(short(planGc(memory.bed, inspected, { nowMs: NOW, mark: undefined }))).toEqual({
      healthy: `stays: not understood: set healthy is on 4 of 5 VMs; without it: ${last}; ${why}`,
    });
  });

  test("judges no set while the hypervisor cannot look at a VM, which reads as one without snapshots", async () => {
    const memory = new MemoryBed(labBed()).seed();
    Object.assign(memory.machines.vms.get("b1") ?? {}, { lost: "disconnected" });
    expect((await failureOf(planOf(memory))).message).toBe(`[MACHINE_UNREACHABLE] the hypervisor cannot look at 1 of 5 VMs of the bed lab
  where:   b1 on esx-1: disconnected
  because: what it tells of their power and snapshots may be old or empty, and sets are judged by that
  fix:     Connect these hosts again in the hypervisor, or make the VMs' datastore accessible; then run the same command again.`);
  });
});

describe("collectSets", () => {
  const crowded = (): MemoryBed =>
    siblings(
      new MemoryBed(bedWith({ keep: 1 })).seed({ set: "base", state: "director@1.12.0" }),
      { set: "s1", takenAt: day(1) },
      { set: "s2", takenAt: day(2) },
      { set: "s3", takenAt: day(3) },
    );
  const collect = async (context: BedContext, memory: MemoryBed): Promise<void> =>
    collectSets(
      context,
      planGc(memory.bed, await context.machines.inspect(VMS), { nowMs: NOW, mark: undefined }),
      new AbortController().signal,
    );
  const left = async (memory: MemoryBed): Promise<string[]> =>
    findSets(memory.bed, await memory.machines.inspect(VMS)).map(
      ({ manifest, flaw }) => `${manifest.set}${flaw === undefined ? "" : " half"}`,
    );

  test("removes what the plan says and nothing else; what stays can be restored", async () => {
    const memory = crowded();
    await memory.settle(collect(memory.context, memory));
    expect((await left(memory)).toSorted()).toEqual(["base", "s3"]);
    expect((await memory.settle(restoreSet(memory.context, { state: "bare" }))).set).toBe("s3");
  });

  test("names the VMs that keep their part, after it did what it could", async () => {
    const memory = crowded();
    const error = new KuberaError("VSPHERE_FAULT", { what: "vSphere refused it", where: "b1", because: "NoDiskSpace", fix: "Make room." });
    memory.machines.trouble = new Map([["remove b1", error]]);
    const failure = await failureOf(memory.settle(collect(memory.context, memory)));
    expect(failure.message).toBe(`[SET_NOT_REMOVED] set s2 of the bed lab is not removed from all its VMs
  where:   b1
  because: b1: [VSPHERE_FAULT] vSphere refused it (NoDiskSpace)
  fix:     What is left of it is no whole set and is never restored; go on with: e2e bed gc lab`);
    expect(await left(memory)).toContain("s2 half");
  });

  test("tells a VM whose disks the hypervisor could not merge", async () => {
    const memory = crowded();
    Object.assign(memory.machines.vms.get("a2") ?? {}, { consolidationNeeded: true });
    await memory.settle(collect(memory.context, memory));
    const notes = memory.events.filter(({ state }) => state === "note").map(({ subject, because }) => `${subject ?? ""}: ${because ?? ""}`);
    expect(new Set(notes)).toEqual(new Set(["a2: its disks need to be consolidated in the hypervisor"]));
  });

  test("killed at any call, it loses no whole set that should stay, and finishes when run again", async () => {
    const witness = crowded();
    const process = new MortalProcess(witness);
    await process.live(witness, (context) => collect(context, witness));
    for (const side of ["before", "after"] as const)
      for (let call = 1; call <= process.calls.length; call += 1) {
        const memory = crowded();
        await new MortalProcess(memory, { call, side }).live(memory, (context) => collect(context, memory));
        expect(await left(memory)).toEqual(expect.arrayContaining(["base", "s3"]));
        await memory.settle(collect(memory.context, memory));
        expect((await left(memory)).toSorted()).toEqual(["base", "s3"]);
      }
  });
});
