import type { MachineInfo } from "@kubera-e2e/machines";
import { readSetManifest } from "@kubera-e2e/schema/set";
import { describe, expect, test } from "vitest";
import type { BedContext } from "../src/bed-context.ts";
import { restoreSet, snapshotSet } from "../src/index.ts";
import { findSets } from "../src/set-catalog.ts";
import { MortalProcess, type Death } from "./mortal-bed.ts";
import { labBed, MemoryBed } from "./memory-bed.ts";

const VMS = ["a1", "a2", "a3", "b1", "b2"];

interface Verb {
  readonly name: string;
  /** A bed on which the verb is about to run. */
  readonly bed: () => MemoryBed;
  readonly work: (context: BedContext) => Promise<unknown>;
}

/** The VMs have gone on since the set: only a restore puts them on it again. */
const used = (bed = labBed()): MemoryBed =>
  new MemoryBed(bed).seed({ set: "older", takenAt: "2025-12-19T00:00:00.000Z" }).seed({ set: "old" });

/** An attempt that died with VMs on leaves its set where it is, and the next one lies one deeper. */
const roomy = (): MemoryBed => used({ ...labBed(), limits: { ...labBed().limits, maxSnapshotDepth: 4 } });

/** Clean on its Director, from where a restore to bare moves every VM to another snapshot. */
const onDirector = (): MemoryBed => {
  const memory = used().seed({ set: "director", state: "director@1.12.0" });
  const mark = { schema: "kubera-e2e/bed-mark@1", bed: "lab", because: "restored", at: "2025-12-31T00:00:00.000Z" } as const;
  memory.marks.push({ ...mark, state: "clean", holds: "director@1.12.0", set: "director" });
  return memory;
};

const VERBS: readonly Verb[] = [
  { name: "snapshot", bed: roomy, work: (context) => snapshotSet(context, { state: "bare" }) },
  { name: "first snapshot", bed: () => new MemoryBed(), work: (context) => snapshotSet(context, { state: "bare" }) },
  { name: "restore", bed: onDirector, work: (context) => restoreSet(context, { state: "bare" }) },
];

const setUnder = ({ snapshots, currentSnapshot }: MachineInfo): string | undefined =>
  readSetManifest(snapshots.find(({ id }) => id === currentSnapshot)?.description ?? "")?.set;

const wholeSets = async (memory: MemoryBed): Promise<string[]> =>
  findSets(memory.bed, await memory.machines.inspect(VMS)).flatMap(({ flaw, manifest }) => (flaw === undefined ? [manifest.set] : []));

/** What must hold whenever a process has died: no set is lost, none carries memory, and what is told of the bed is true of all its VMs. */
const expectSafe = async (memory: MemoryBed, before: readonly string[]): Promise<void> => {
  const inspected = await memory.machines.inspect(VMS);
  const whole = await wholeSets(memory);
  expect(whole).toEqual(expect.arrayContaining([...before]));
  expect(findSets(memory.bed, inspected).flatMap(({ members }) => members.filter(({ snapshot }) => snapshot.withMemory))).toEqual([]);
  const mark = memory.marks.at(-1);
  if (mark?.state === "dirty") expect(whole).toContain(mark.set);
  if (mark?.state === "clean") expect(inspected.map(setUnder)).toEqual(VMS.map(() => mark.set));
};

const deathsOf = async (verb: Verb): Promise<Death[]> => {
  const memory = verb.bed();
  const witness = new MortalProcess(memory);
  expect(await witness.live(memory, verb.work)).toBe("ended");
  const deaths = witness.calls.flatMap((_call, index): Death[] => [
    { call: index + 1, side: "before" },
    { call: index + 1, side: "after" },
  ]);
  // After its last call it has done all that it does.
  return deaths.slice(0, -1);
};

describe.each(VERBS)("$name, killed at every call to the hypervisor and the store, before and after its effect", (verb) => {
  test("leaves a whole set and no mixed one that is told to be clean; the same again finishes, and so does a restore", async () => {
    const deaths = await deathsOf(verb);
    expect(deaths.length).toBeGreaterThanOrEqual(30);
    for (const death of deaths) {
      const memory = verb.bed();
      const before = await wholeSets(memory);
      expect(await new MortalProcess(memory, death).live(memory, verb.work)).toBe("died");
      await expectSafe(memory, before);
      await memory.settle(verb.work(memory.context));
      const report = await memory.settle(restoreSet(memory.context, { state: "bare" }));
      expect(report.outcome).toBe("restored");
      expect(new Set((await memory.machines.inspect(VMS)).map(({ power }) => power))).toEqual(new Set(["on"]));
      expect(findSets(memory.bed, await memory.machines.inspect(VMS)).filter(({ isHalf }) => isHalf)).toEqual([]);
    }
  });

  test("killed three times in a row at one place, it finishes the fourth time", async () => {
    const deaths = await deathsOf(verb);
    const memory = verb.bed();
    const death = deaths[Math.floor(deaths.length / 2)];
    if (death === undefined) throw new Error("nothing was called");
    for (let time = 0; time < 3; time += 1) await new MortalProcess(memory, death).live(memory, verb.work);
    await memory.settle(verb.work(memory.context));
    expect((await memory.settle(restoreSet(memory.context, { state: "bare" }))).outcome).toBe("restored");
  });
});
