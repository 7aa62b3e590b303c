import type { BedContext, ProgressEvent } from "@kubera-e2e/lifecycle";
import { FakeClock } from "@kubera-e2e/schema/clock";
import type { LeaseChange } from "@kubera-e2e/schema/lease";
import { expect, test } from "vitest";
import { cleanBed } from "../src/clean-bed.ts";

type Mark = { state: "clean" | "dirty" | "broken"; holds?: string; because: string };

const DIRTY: Mark = { state: "dirty", holds: "bare", because: "used by run r1" };

/** A bed whose hypervisor refuses every restore, and what its mark says each time it is read. */
const stage = (...marks: (Mark | undefined)[]) => {
  const told: ProgressEvent[] = [];
  const changes: LeaseChange[] = [];
  const lost = new AbortController();
  const context = {
    bed: { name: "lab" },
    clock: new FakeClock(),
    marks: { read: () => Promise.resolve(marks.length > 1 ? marks.shift() : marks[0]) },
    machines: { limitations: () => Promise.reject(new Error("no disk\nat all")) },
    onProgress: (event: ProgressEvent) => told.push(event),
  } as unknown as BedContext;
  const lease = { signal: lost.signal, change: async (change: LeaseChange) => void changes.push(change) };
  return { context, lease, lost, told, changes };
};

test.each<[string, Mark | undefined]>([
  ["nothing is known of", undefined],
  ["is clean", { state: "clean", holds: "bare", because: "restored" }],
])("a bed that %s is given back without a restore", async (_what, mark) => {
  const { context, lease, changes } = stage(mark);
  expect(await cleanBed(context, { lease, cleans: true, run: "r1" })).toEqual({ state: "free" });
  expect(changes).toEqual([]);
});

test("a bed that a restore has left in ruins is given back broken, and why", async () => {
  const { context, lease, changes } = stage({ state: "broken", because: "a restore was begun" });
  expect(await cleanBed(context, { lease, cleans: true, run: "r1" })).toEqual({ state: "broken", reason: "a restore was begun" });
  expect(changes).toEqual([]);
});

test("a bed that is to stay as it is is left dirty, and why", async () => {
  const { context, lease, changes } = stage(DIRTY);
  expect(await cleanBed(context, { lease, cleans: false, run: "r1" })).toEqual({ state: "dirty", reason: "used by run r1" });
  expect(changes).toEqual([]);
});

test("a bed of which nobody knows what it holds is left dirty", async () => {
  const { context, lease } = stage({ state: "dirty", because: "its VMs are off" });
  expect(await cleanBed(context, { lease, cleans: true, run: "r1" })).toEqual({ state: "dirty", reason: "its VMs are off" });
});

test("a bed whose failed state was kept is cleaned to the set that the run was on, never to its evidence", async () => {
  const kept: Mark = { state: "dirty", holds: "frozen:r1", because: "its set was taken; its VMs are off" };
  const { context, lease, changes } = stage(kept);
  await cleanBed(context, { lease, cleans: true, ensured: "bare", run: "r1" });
  expect(changes).toEqual([{ state: "cleaning", reason: "restoring bare after run r1" }]);
  expect(await cleanBed(context, { lease, cleans: true, run: "r1" })).toEqual({ state: "dirty", reason: kept.because });
  expect(changes).toHaveLength(1);
});

test("a bed that is somebody else's by now is not touched", async () => {
  const { context, lease, lost, changes } = stage(DIRTY);
  lost.abort();
  await cleanBed(context, { lease, cleans: true, run: "r1" });
  expect(changes).toEqual([]);
});

test.each<[string, Mark, string]>([
  ["before it touched anything leaves it dirty", DIRTY, "dirty"],
  ["on its way leaves it broken", { ...DIRTY, state: "broken" }, "broken"],
])("a restore that fails %s, with the reason", async (_what, after, state) => {
  const { context, lease, changes, told } = stage(DIRTY, after);
  expect(await cleanBed(context, { lease, cleans: true, run: "r1" })).toEqual({ state, reason: "no disk" });
  expect(changes).toEqual([{ state: "cleaning", reason: "restoring bare after run r1" }]);
  expect(told.map(({ phase, because }) => `${phase}: ${because}`)).toEqual([
    "clean: restoring bare after run r1; a second Ctrl-C ends at once and leaves the bed to the next run",
    "clean: the bed could not be cleaned: no disk",
  ]);
});

test("a store of leases that does not answer keeps nobody from cleaning", async () => {
  const { context, lease, told } = stage(DIRTY);
  const deaf = { ...lease, change: () => Promise.reject(new Error("EIO")) };
  expect(await cleanBed(context, { lease: deaf, cleans: true, run: "r1" })).toEqual({ state: "dirty", reason: "no disk" });
  expect(told).toHaveLength(2);
});
