import { KuberaError } from "@kubera-e2e/schema/kubera-error";
import { parseTestBed } from "@kubera-e2e/schema/parse-test-bed";
import { readSetManifest, vmsHash } from "@kubera-e2e/schema/set";
import { describe, expect, test } from "vitest";
import { restoreSet, snapshotSet } from "../src/index.ts";
import { failureOf, LAB, manifestOf, MemoryBed } from "./memory-bed.ts";

const VMS = ["a1", "a2", "a3", "b1", "b2"];

const take = (memory: MemoryBed, over: { powerOn?: boolean; signal?: AbortSignal } = {}) =>
  memory.settle(snapshotSet(memory.context, { state: "bare", ...over }));

const powers = (memory: MemoryBed): string[] => VMS.map((vm) => memory.machines.vms.get(vm)?.power ?? "missing");

const full = new KuberaError("VSPHERE_FAULT", {
  what: "vSphere answered NoDiskSpace",
  where: "b1",
  because: "the datastore",
  fix: "Make room.",
});

describe("snapshotSet", () => {
  test("takes a set without memory of all VMs while all are off, and powers them on again", async () => {
    const memory = new MemoryBed();
    const manifest = await take(memory);
    const { journal } = memory.machines;
    expect(journal.slice(0, 5).toSorted()).toEqual(VMS.map((vm) => `power off ${vm}`));
    expect(journal.slice(5, 10).toSorted()).toEqual(VMS.map((vm) => `snapshot ${vm}`));
    expect(journal.slice(10).toSorted()).toEqual(VMS.map((vm) => `power on ${vm}`));
    expect(powers(memory)).toEqual(["on", "on", "on", "on", "on"]);
    expect(manifest).toMatchObject({ bed: "lab", state: "bare", memory: false, vms: 5, kubernetes: "v1.20.2" });
    expect(memory.marks.at(-1)).toMatchObject({ state: "dirty", holds: "bare", set: manifest.set });
  });

  test("writes the set and the bootID of its own node into each snapshot, and restores from that", async () => {
    const memory = new MemoryBed();
    const manifest = await take(memory);
    const told = VMS.map((vm) => readSetManifest(memory.machines.vms.get(vm)?.snapshots[0]?.description ?? ""));
    expect(told).toEqual(VMS.map((vm) => ({ ...manifest, bootId: `${vm}-boot-1` })));
    expect((await memory.settle(restoreSet(memory.context, { state: "bare" }))).set).toBe(manifest.set);
  });

  test("notes until which day the certificates of all its clusters are valid", async () => {
    const memory = new MemoryBed();
    const days = ["2026-09-09T08:00:00.000Z", "2026-06-30T23:59:59.000Z"];
    memory.serverLook = () => ({ dateMs: memory.clock.now(), certificatesUntil: days.pop() ?? "2030-01-01T00:00:00.000Z" });
    expect((await take(memory)).lastUsableDay).toBe("2026-06-30");
  });

  test("takes a set of clusters that do not answer, and says what it does not know of them", async () => {
    const memory = new MemoryBed();
    for (const vm of VMS) await memory.machines.powerOff(vm);
    const manifest = await take(memory);
    expect(manifest.kubernetes).toBeUndefined();
    const notes = memory.events.filter(({ state }) => state === "note").map(({ subject, because }) => [subject, because]);
    expect(notes[0]?.[0]).toBe("c1");
    expect(notes[0]?.[1]).toContain("its version, bootIDs and certificates are unknown: [CONNECTION_REFUSED] nothing listens for c1");
  });

  test("leaves the VMs off when a restore follows at once", async () => {
    const memory = new MemoryBed();
    await take(memory, { powerOn: false });
    expect(powers(memory)).toEqual(["off", "off", "off", "off", "off"]);
  });

  test("removes what it took when one VM fails, powers all on, and marks the bed broken", async () => {
    const memory = new MemoryBed();
    memory.machines.trouble = new Map([["snapshot b1", full]]);
    expect(await failureOf(take(memory))).toBe(full);
    expect(VMS.flatMap((vm) => memory.machines.vms.get(vm)?.snapshots ?? [])).toEqual([]);
    expect(powers(memory)).toEqual(["on", "on", "on", "on", "on"]);
    expect(memory.events.some(({ because }) => because === "4 snapshots of the unfinished set removed")).toBe(true);
    expect(memory.marks.at(-1)?.state).toBe("broken");
  });

  test("says on which VMs half a set stayed when even that fails", async () => {
    const memory = new MemoryBed();
    memory.machines.trouble = new Map([
      ["snapshot b1", full],
      ["remove a2", full],
    ]);
    const failure = await failureOf(take(memory));
    expect(failure).toBe(full);
    expect(
      memory.events.some(({ because }) =>
        /^snapshots of the unfinished set \S+ are left on a2; the next snapshot, or e2e bed gc, removes them$/.test(because ?? ""),
      ),
    ).toBe(true);
  });

  test("takes one snapshot of a VM whose answer was lost, not two", async () => {
    const memory = new MemoryBed();
    const lost = new KuberaError("CONNECTION_LOST", {
      what: "the connection broke",
      where: "vcenter",
      because: "ECONNRESET",
      fix: "again",
    });
    const { machines } = memory;
    const snapshot = machines.snapshot.bind(machines);
    let left = 1;
    machines.snapshot = async (name, request) => {
      const id = await snapshot(name, request);
      if (name === "b1" && left-- > 0) throw lost;
      return id;
    };
    const manifest = await take(memory);
    expect(VMS.map((vm) => machines.vms.get(vm)?.snapshots.length)).toEqual([1, 1, 1, 1, 1]);
    expect((await memory.settle(restoreSet(memory.context, { state: "bare" }))).set).toBe(manifest.set);
  });

  test("removes the half set of an attempt that died, so that the next one lies no deeper", async () => {
    const memory = new MemoryBed().seed({ set: "s1" }).seed({ set: "s2" });
    for (const vm of ["a1", "b1"]) memory.machines.seed(vm, manifestOf({ set: "half" }));
    const manifest = await take(memory);
    const depths = VMS.map((vm) => memory.machines.vms.get(vm)?.snapshots.map(({ depth }) => depth));
    expect(depths).toEqual(VMS.map(() => [1, 2, 3]));
    expect((await memory.settle(restoreSet(memory.context, { state: "bare" }))).set).toBe(manifest.set);
  });

  test("does not take a set that was taken of fewer VMs than the bed has for a half one", async () => {
    const memory = new MemoryBed();
    for (const vm of ["a1", "b1"]) memory.machines.seed(vm, manifestOf({ set: "small", vms: 2, vmsHash: vmsHash(["a1", "b1"]) }));
    await take(memory);
    expect(memory.machines.vms.get("a1")?.snapshots).toHaveLength(2);
  });

  test("keeps a set of VMs of which one was renamed in the bed's file, and writes of which VMs the new one is", async () => {
    const memory = new MemoryBed(parseTestBed(LAB.replace("name: b2", "name: b3"), "lab.yaml"));
    for (const vm of ["a1", "a2", "a3", "b1"]) memory.machines.seed(vm, manifestOf({ set: "healthy" }));
    expect((await take(memory)).vmsHash).toBe(vmsHash(["a1", "a2", "a3", "b1", "b3"]));
    expect(memory.machines.journal.filter((step) => step.startsWith("remove"))).toEqual([]);
  });

  describe("after an attempt that died with its set whole", () => {
    const died = (): MemoryBed => {
      const memory = new MemoryBed().seed({ set: "whole" });
      const mark = {
        schema: "kubera-e2e/bed-mark@1",
        bed: "lab",
        because: "its end was not told",
        at: "2025-12-20T00:00:00.000Z",
      } as const;
      memory.marks.push({ ...mark, state: "broken", set: "whole" });
      for (const vm of memory.machines.vms.values()) vm.power = "off";
      return memory;
    };

    test("takes nothing new while all VMs are still off and on it", async () => {
      const memory = died();
      expect((await take(memory)).set).toBe("whole");
      expect(memory.machines.journal.toSorted()).toEqual(VMS.map((vm) => `power on ${vm}`));
    });

    test("takes a new set once a VM was on: the mark is of before", async () => {
      const memory = died();
      await memory.machines.powerOn("b2");
      expect((await take(memory)).set).not.toBe("whole");
      expect(VMS.map((vm) => memory.machines.vms.get(vm)?.snapshots.length)).toEqual([2, 2, 2, 2, 2]);
    });

    test("takes a new set once a VM is on another snapshot", async () => {
      const memory = died();
      memory.machines.seed("b2", manifestOf({ set: "theirs", bed: "other" }));
      expect((await take(memory)).set).not.toBe("whole");
    });
  });

  test("touches nothing while the hypervisor cannot look at a VM", async () => {
    const memory = new MemoryBed().seed();
    Object.assign(memory.machines.vms.get("b1") ?? {}, { lost: "disconnected" });
    expect((await failureOf(take(memory))).code).toBe("MACHINE_UNREACHABLE");
    expect(memory.machines.journal).toEqual([]);
  });

  test("gives two sets of one second two ids", async () => {
    const memory = new MemoryBed();
    await take(memory);
    const at = memory.clock.now();
    Object.assign(memory.clock, { now: () => at });
    const second = await memory.settle(snapshotSet(memory.context, { state: "bare" }));
    const third = await memory.settle(snapshotSet(memory.context, { state: "bare" }));
    expect([second.set, third.set]).toEqual(["20260101T000000Z-2", "20260101T000000Z-3"]);
  });

  test("tells the release of Director inside, and the last day that the certificates outlive", async () => {
    const memory = new MemoryBed();
    memory.serverLook = () => ({ dateMs: memory.clock.now(), certificatesUntil: "2026-06-30T08:00:00.000Z" });
    const manifest = await memory.settle(snapshotSet(memory.context, { state: "director@1.12.0" }));
    expect(manifest).toMatchObject({ build: "1.12.0", kubernetes: "v1.20.2", lastUsableDay: "2026-06-29" });
  });

  test("does not believe a snapshot that carries memory all the same", async () => {
    const memory = new MemoryBed();
    memory.machines.trouble = new Map([["power off a1", "does nothing"]]);
    expect((await failureOf(take(memory))).message).toBe(`[SET_MIXED] the new set of the bed lab is not what was asked for on 1 VMs
  where:   a1
  because: their snapshot is missing, carries memory, or does not describe the set
  fix:     Look at the snapshot tree of these VMs in the hypervisor, and take the set again.`);
    expect(memory.machines.vms.get("a2")?.snapshots).toEqual([]);
  });

  test("is refused before anything is touched when restore would refuse the set for its depth", async () => {
    const memory = new MemoryBed().seed({ set: "s1" }).seed({ set: "s2" }).seed({ set: "s3" });
    expect((await failureOf(take(memory))).message).toBe(`[SET_REFUSED] a new set of the bed lab would lie too deep to be restored
  where:   a1: depth 4
           a2: depth 4
           a3: depth 4
           b1: depth 4
           b2: depth 4
  because: each snapshot is taken on top of the one its VM runs on, and limits.maxSnapshotDepth is 3
  fix:     Restore the state it should be made from first (e2e bed restore lab), or remove sets nobody needs.`);
    expect(memory.machines.journal).toEqual([]);
  });
});
