import { expect, test } from "vitest";
import { findFault, loadFaults } from "../../src/faults/fault.ts";
import { ActiveFaults } from "../../src/faults/active-faults.ts";
import { TaskFaults } from "../../src/faults/task-faults.ts";
import { DataCenter } from "../../src/datacenter/data-center.ts";
import { SimTime } from "../../src/datacenter/sim-time.ts";
import { simMachines } from "../../src/datacenter/topology.ts";
import { openLab } from "../vsphere-kit.ts";

const revert = { method: "RevertToSnapshot_Task", vm: "sim-member-worker3", esxHost: "esx-b.sim.local" };

const fire = (id: string) => {
  const tasks = new TaskFaults();
  const active = new ActiveFaults(new DataCenter(simMachines(), new SimTime(1000)), tasks);
  active.fire(findFault(loadFaults(), id));
  return { tasks, active };
};

test("a fault that lasts three times is over after that", () => {
  const { tasks } = fire("vm-file-locked");
  expect([1, 2, 3, 4].map(() => tasks.hook(revert)?.fault)).toEqual(["FileLocked", "FileLocked", "FileLocked", undefined]);
});

test("a fault of one VM and method leaves all others alone, and ends when it is cleared", () => {
  const { tasks, active } = fire("vm-revert-fails");
  expect(tasks.hook({ ...revert, vm: "sim-member-worker2" })).toBeUndefined();
  expect(tasks.hook({ ...revert, method: "PowerOnVM_Task" })).toBeUndefined();
  expect(tasks.hook(revert)).toMatchObject({ fault: "GenericVmConfigFault", atPercent: 50 });
  active.clear("vm-revert-fails");
  expect(tasks.hook(revert)).toBeUndefined();
});

test("a disconnected host refuses whatever is asked of its VMs, and of no others", () => {
  const { tasks } = fire("host-disconnected");
  expect(tasks.hook({ ...revert, method: "PowerOffVM_Task" })?.fault).toBe("HostNotConnected");
  expect(tasks.hook({ ...revert, esxHost: "esx-a.sim.local" })).toBeUndefined();
});

test("a stuck task runs until its fault is cleared, and fails then", async () => {
  const tasks = new TaskFaults();
  await using lab = await openLab({ taskHook: tasks.hook });
  const clear = tasks.add({ fault: "GenericVmConfigFault", message: "no answer", hangs: true });
  const task = await lab.client.start("PowerOnVM_Task", "VirtualMachine:vm-101");
  await expect.poll(() => lab.client.property(task, "info.state")).toBe("running");
  clear();
  const info = await lab.client.finish(task);
  expect([info.textOf("state"), info.child("error")?.textOf("localizedMessage")]).toEqual(["error", "no answer"]);
  expect(lab.server.tasks()).toMatchObject([{ method: "PowerOnVM_Task", vm: "one", esxHost: "esx-a", state: "error" }]);
});
