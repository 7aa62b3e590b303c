import { CAUSE_IDS } from "@kubera-e2e/schema/causes";
import { expect, test } from "vitest";
import { DataCenter } from "../../src/datacenter/data-center.ts";
import { usedBytes } from "../../src/datacenter/disk.ts";
import type { Machine } from "../../src/datacenter/machine.ts";
import { SimTime } from "../../src/datacenter/sim-time.ts";
import { simMachines } from "../../src/datacenter/topology.ts";
import { ActiveFaults } from "../../src/faults/active-faults.ts";
import { findFault, loadFaults } from "../../src/faults/fault.ts";

const freePercent = (machine: Machine): number => Math.round(100 * (1 - usedBytes(machine.disk) / machine.disk.capacityBytes));

const fullDisk = () => {
  const dataCenter = new DataCenter(simMachines(), new SimTime(1000));
  const faults = new ActiveFaults(dataCenter);
  const worker = dataCenter.machinesOf("server").find((machine) => machine.spec.plane === "worker");
  if (worker === undefined) throw new Error("the topology has no worker");
  return { dataCenter, faults, worker, fault: findFault(loadFaults(), "node-disk-full") };
};

test("every fault names a cause that a diagnosis can find", () => {
  const faults = [...loadFaults().values()];
  expect(faults.length).toBeGreaterThan(0);
  for (const fault of faults) expect(CAUSE_IDS, fault.id).toContain(fault.expected);
});

test("node-disk-full fills the workers of the server cluster and nothing else", () => {
  const { dataCenter, faults, fault } = fullDisk();
  faults.fire(fault);
  const full = dataCenter.machines.filter((machine) => freePercent(machine) === 3).map((machine) => machine.spec.name);
  expect(full).toEqual(["sim-server-worker1", "sim-server-worker2", "sim-server-worker3"]);
});

test("a fault holds across a revert to a disk that had room", () => {
  const { faults, worker, fault } = fullDisk();
  const before = worker.takeSnapshot("bare", "", { memory: false, quiesce: false });
  faults.fire(fault);
  worker.revert(before.id);
  expect(freePercent(worker)).toBe(3);
});

test("clearing gives back the room, also after a revert", () => {
  const { faults, worker, fault } = fullDisk();
  const before = worker.takeSnapshot("bare", "", { memory: false, quiesce: false });
  const free = freePercent(worker);
  faults.fire(fault);
  worker.revert(before.id);
  expect(faults.clear(fault.id)).toBe(true);
  expect(freePercent(worker)).toBe(free);
  worker.revert(before.id);
  expect(freePercent(worker)).toBe(free);
  expect(faults.clear(fault.id), "it is not in force any more").toBe(false);
});

test("firing twice fills once", () => {
  const { faults, worker, fault } = fullDisk();
  const free = freePercent(worker);
  faults.fire(fault);
  faults.fire(fault);
  expect(faults.list()).toHaveLength(1);
  faults.clear(fault.id);
  expect(freePercent(worker)).toBe(free);
});

test("an unknown fault is refused with the nearest one", () => {
  expect(() => findFault(loadFaults(), "node-disk-ful")).toThrow(
    [
      "[SIM_FAULT_UNKNOWN] no fault is called node-disk-ful",
      "  where:   infra/sim/src/faults",
      "  because: the faults declared there are datastore-full, host-disconnected, node-disk-full, vm-file-locked, vm-revert-fails, vm-stuck",
      "  fix:     Did you mean node-disk-full?",
    ].join("\n"),
  );
});
