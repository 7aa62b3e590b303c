import { describe, expect, test } from "vitest";
import { restoreSet, snapshotSet } from "../src/index.ts";
import { findSets } from "../src/sets.ts";
import { vmNames } from "../src/restore-set.ts";
import { failureOf } from "./memory-bed.ts";
import { openVsphereBed, type VsphereBed } from "./vsphere-bed.ts";

const restore = ({ context }: VsphereBed) => restoreSet(context, { state: "bare", until: "same-set" });
const snapshot = ({ context }: VsphereBed) => snapshotSet(context, { state: "bare" });

const inspect = ({ context }: VsphereBed) => context.machines.inspect(vmNames(context));

const sets = async (bed: VsphereBed): Promise<string[]> => findSets(bed.context.bed, await inspect(bed)).map(({ flaw }) => flaw ?? "whole");

/** Whether all six are off and on one set. */
const expectOneSet = async (bed: VsphereBed): Promise<void> => {
  const machines = await inspect(bed);
  expect(new Set(machines.map(({ power }) => power))).toEqual(new Set(["off"]));
  const [newest] = findSets(bed.context.bed, machines);
  const current = new Map(newest?.members.map(({ machine, snapshot: { id } }) => [machine.name, id]));
  expect(machines.map(({ name, currentSnapshot }) => [name, currentSnapshot])).toEqual([...current]);
};

describe("on vSphere, VM 4 of 6", () => {
  test.each([
    ["PowerOffVM_Task", "TaskInProgress"],
    ["PowerOffVM_Task", "FileLocked"],
    ["RevertToSnapshot_Task", "TaskInProgress"],
    ["RevertToSnapshot_Task", "FileLocked"],
  ])("is waited for when %s meets %s three times", async (method, fault) => {
    await using bed = await openVsphereBed();
    await snapshot(bed);
    bed.faults.add({ methods: [method], vms: [bed.fourth], fault, message: "later", times: 3 });
    expect((await restore(bed)).outcome).toBe("same set");
    await expectOneSet(bed);
  });

  test.each([
    ["RevertToSnapshot_Task", "NoDiskSpace"],
    ["RevertToSnapshot_Task", "InvalidPowerState"],
    ["RevertToSnapshot_Task", "GenericVmConfigFault"],
    ["PowerOffVM_Task", "HostNotConnected"],
    ["RevertToSnapshot_Task", "FileLocked"],
  ])(
    "fails the restore when %s meets %s for good; the bed is broken, and the same again finishes once it is cleared",
    async (method, fault) => {
      await using bed = await openVsphereBed();
      await snapshot(bed);
      const clear = bed.faults.add({ methods: [method], vms: [bed.fourth], fault, message: "no", atPercent: 50 });
      const failure = await failureOf(restore(bed));
      expect([failure.code, failure.where]).toEqual(["RESTORE_FAILED", bed.fourth]);
      expect(failure.because).toContain(`${fault} on ${method}`);
      expect(failure.fix).toContain("go on with: e2e bed restore lab --state bare");
      expect(bed.memory.marks.at(-1)?.state).toBe("broken");
      clear();
      await restore(bed);
      await expectOneSet(bed);
    },
  );

  test("is given up after intervals.power when it is stuck", async () => {
    await using bed = await openVsphereBed();
    await snapshot(bed);
    const clear = bed.faults.add({
      methods: ["RevertToSnapshot_Task"],
      vms: [bed.fourth],
      fault: "GenericVmConfigFault",
      message: "no",
      hangs: true,
    });
    expect((await failureOf(restore(bed))).because).toContain(
      `${bed.fourth}: [TIMED_OUT] the revert of ${bed.fourth} did not end within 6 s`,
    );
    expect(bed.memory.marks.at(-1)?.state).toBe("broken");
    clear();
    await restore(bed);
    await expectOneSet(bed);
  });

  test("leaves no half set, and the older one whole, when the datastore has no room for its snapshot", async () => {
    await using bed = await openVsphereBed();
    await snapshot(bed);
    const clear = bed.faults.add({
      methods: ["CreateSnapshot_Task"],
      vms: [bed.fourth],
      fault: "NoDiskSpace",
      message: "full",
      atPercent: 80,
    });
    expect((await failureOf(snapshot(bed))).because).toContain("NoDiskSpace on CreateSnapshot_Task");
    expect(await sets(bed)).toEqual(["whole"]);
    clear();
    await snapshot(bed);
    expect(await sets(bed)).toEqual(["whole", "whole"]);
  });
});

describe("on vSphere", () => {
  test.each([
    ["every session is ended", (bed: VsphereBed) => bed.endSessions()],
    ["every connection is reset", (bed: VsphereBed) => bed.resetConnections()],
  ])("a restore and a snapshot survive that %s in the midst of them", async (_case, strike) => {
    await using bed = await openVsphereBed();
    let phases: string[] = [];
    bed.onEvent = ({ phase, state, subject }) => {
      if (subject !== undefined || state !== "started" || !phases.includes(phase)) return;
      phases = phases.filter((other) => other !== phase);
      setTimeout(() => strike(bed), 30);
    };
    phases = ["power off", "snapshot"];
    await snapshot(bed);
    expect(await sets(bed)).toEqual(["whole"]);
    phases = ["power off", "revert"];
    await restore(bed);
    await expectOneSet(bed);
    expect(phases).toEqual([]);
  });
});
