import { describe, expect, it } from "vitest";
import type { TaskHook } from "../src/vsphere/task-board.ts";
import type { XmlElement } from "../src/vsphere/xml-element.ts";
import { openLab, type Lab } from "./vsphere-kit.ts";

const VM = "VirtualMachine:vm-101";

const snapshotArgs = (name: string, memory: boolean): string =>
  `<name>${name}</name><description>of ${name}</description><memory>${memory}</memory><quiesce>false</quiesce>`;

const faultOf = (info: XmlElement): (string | undefined)[] => {
  const error = info.child("error");
  return [error?.child("fault")?.xsiType, error?.textOf("localizedMessage")];
};

const snapshot = async (lab: Lab, name: string, memory = false): Promise<string> =>
  `VirtualMachineSnapshot:${(await lab.client.run("CreateSnapshot_Task", VM, snapshotArgs(name, memory))).textOf("result")}`;

const tree = async (lab: Lab): Promise<XmlElement[]> => [
  ...((await lab.client.properties(VM, "snapshot.rootSnapshotList")).get("snapshot.rootSnapshotList")?.all("VirtualMachineSnapshotTree") ??
    []),
];

const one = (lab: Lab) => lab.dataCenter.machines[0] ?? expect.unreachable();

describe("power tasks", () => {
  const cases = [
    { method: "PowerOnVM_Task", from: "off", to: "poweredOn" },
    { method: "PowerOffVM_Task", from: "on", to: "poweredOff" },
    { method: "ResetVM_Task", from: "on", to: "poweredOn" },
  ] as const;

  it.each(cases)("$method succeeds on a VM that is $from", async ({ method, from, to }) => {
    await using lab = await openLab();
    if (from === "on") one(lab).powerOn();
    const boot = one(lab).memory?.bootId;
    const info = await lab.client.run(method, VM);
    expect([
      info.textOf("state"),
      info.textOf("name"),
      info.textOf("entityName"),
      await lab.client.property(VM, "runtime.powerState"),
    ]).toEqual(["success", method, "one", to]);
    expect(one(lab).memory?.bootId === boot).toBe(boot === undefined && to === "poweredOff");
  });

  const refused = [
    { method: "PowerOnVM_Task", on: true, message: "The attempted operation cannot be performed in the current state (Powered on)." },
    { method: "PowerOffVM_Task", on: false, message: "The attempted operation cannot be performed in the current state (Powered off)." },
    { method: "ResetVM_Task", on: false, message: "The attempted operation cannot be performed in the current state (Powered off)." },
  ] as const;

  it.each(refused)("$method fails with InvalidPowerState when on is $on", async ({ method, on, message }) => {
    await using lab = await openLab();
    if (on) one(lab).powerOn();
    const info = await lab.client.run(method, VM);
    expect([info.textOf("state"), ...faultOf(info)]).toEqual(["error", "InvalidPowerState", message]);
    expect(info.child("error")?.child("fault")?.textOf("existingState")).toBe(on ? "poweredOn" : "poweredOff");
  });
});

describe("a task", () => {
  it("is answered before it is done, and changes the VM only at its end", async () => {
    await using lab = await openLab({ speed: 10 });
    const task = await lab.client.start("PowerOnVM_Task", VM);
    expect(await lab.client.property(task, "info.state")).toMatch(/queued|running/);
    expect(await lab.client.property(VM, "runtime.powerState")).toBe("poweredOff");
    expect((await lab.client.properties(VM, "recentTask")).get("recentTask")?.textOf("ManagedObjectReference")).toBe(
      task.replace("Task:", ""),
    );
    expect((await lab.client.finish(task)).textOf("state")).toBe("success");
    expect(await lab.client.property(VM, "runtime.powerState")).toBe("poweredOn");
  });

  it("takes its simulated time divided by the speed", async () => {
    await using lab = await openLab({ speed: 10 });
    const info = await lab.client.run("PowerOnVM_Task", VM);
    const tookMs = Date.parse(info.required("completeTime")) - Date.parse(info.required("startTime"));
    expect(tookMs).toBeGreaterThanOrEqual(290);
    expect(tookMs).toBeLessThan(1500);
  });

  it("on a VM that has one already fails with TaskInProgress, on another VM it runs", async () => {
    await using lab = await openLab({ speed: 10 });
    const first = await lab.client.start("PowerOnVM_Task", VM);
    const second = await lab.client.run("CreateSnapshot_Task", VM, snapshotArgs("a", false));
    expect(faultOf(second)).toEqual(["TaskInProgress", "Another task is already in progress."]);
    expect(second.child("error")?.child("fault")?.textOf("task")).toBe(first.replace("Task:", ""));
    expect((await lab.client.run("PowerOnVM_Task", "VirtualMachine:vm-102")).textOf("state")).toBe("success");
    expect((await lab.client.finish(first)).textOf("state")).toBe("success");
    expect((await lab.client.run("PowerOffVM_Task", VM)).textOf("state")).toBe("success");
  });

  it("cannot be cancelled", async () => {
    await using lab = await openLab();
    const task = await lab.client.start("PowerOnVM_Task", VM);
    expect((await lab.client.call("CancelTask", task)).fault?.type).toBe("NotSupported");
  });

  it("fails with the fault that a hook asks for, only where it asks, and leaves the VM as it was", async () => {
    const asked: string[] = [];
    const taskHook: TaskHook = ({ method, vm }) => {
      asked.push(`${method} ${vm}`);
      return vm === "one" ? { fault: "InsufficientResourcesFault", message: "No resources left.", atPercent: 40 } : undefined;
    };
    await using lab = await openLab({ taskHook });
    const failed = await lab.client.run("PowerOnVM_Task", VM);
    expect(faultOf(failed)).toEqual(["InsufficientResourcesFault", "No resources left."]);
    expect(one(lab).powerState).toBe("poweredOff");
    expect((await lab.client.run("PowerOnVM_Task", "VirtualMachine:vm-102")).textOf("state")).toBe("success");
    expect(asked).toEqual(["PowerOnVM_Task one", "PowerOnVM_Task two"]);
  });

  it("that still runs when the server closes has no effect", async () => {
    const lab = await openLab({ speed: 1 });
    await lab.client.start("PowerOnVM_Task", VM);
    await lab.server.close();
    expect(one(lab).powerState).toBe("poweredOff");
  });
});

describe("snapshots", () => {
  const cases = [
    { title: "without memory of a running VM", on: true, memory: false, state: "poweredOff", withKey: false },
    { title: "with memory of a running VM", on: true, memory: true, state: "poweredOn", withKey: true },
    { title: "with memory of a VM that is off", on: false, memory: true, state: "poweredOff", withKey: false },
    { title: "without memory of a VM that is off", on: false, memory: false, state: "poweredOff", withKey: false },
  ];

  it.each(cases)("$title tell so in tree and layout", async ({ on, memory, state, withKey }) => {
    await using lab = await openLab();
    if (on) one(lab).powerOn();
    await snapshot(lab, "a", memory);
    const [root] = await tree(lab);
    expect([root?.textOf("name"), root?.textOf("description"), root?.textOf("state"), root?.textOf("quiesced")]).toEqual([
      "a",
      "of a",
      state,
      "false",
    ]);
    const layout = (await lab.client.properties(VM, "layoutEx")).get("layoutEx");
    const memoryKey = layout?.child("snapshot")?.textOf("memoryKey");
    const file = layout?.all("file").find((candidate) => candidate.textOf("key") === memoryKey);
    expect([memoryKey !== "-1", file?.textOf("type")]).toEqual([withKey, withKey ? "snapshotMemory" : undefined]);
  });

  it("form a tree below the current one", async () => {
    await using lab = await openLab();
    const first = await snapshot(lab, "a");
    await snapshot(lab, "b");
    await lab.client.run("RevertToSnapshot_Task", first);
    const third = await snapshot(lab, "c");
    const [root] = await tree(lab);
    expect(root?.all("childSnapshotList").map((child) => child.textOf("name"))).toEqual(["b", "c"]);
    expect(await lab.client.property(VM, "snapshot.currentSnapshot")).toBe(third.split(":")[1]);
    expect((await lab.client.properties(VM, "rootSnapshot")).get("rootSnapshot")?.all("ManagedObjectReference").length).toBe(1);
  });

  const reverts = [
    { title: "without memory leaves the VM off", memory: false, suppress: false, after: "poweredOff", sameBoot: false },
    { title: "with memory resumes the old boot", memory: true, suppress: false, after: "poweredOn", sameBoot: true },
    { title: "with memory and suppressPowerOn leaves the VM off", memory: true, suppress: true, after: "poweredOff", sameBoot: false },
  ];

  it.each(reverts)("a revert $title", async ({ memory, suppress, after, sameBoot }) => {
    await using lab = await openLab();
    one(lab).powerOn();
    const boot = one(lab).memory?.bootId;
    const taken = await snapshot(lab, "a", memory);
    one(lab).powerOff();
    one(lab).powerOn();
    await lab.client.run("RevertToSnapshot_Task", taken, `<suppressPowerOn>${suppress}</suppressPowerOn>`);
    expect(await lab.client.property(VM, "runtime.powerState")).toBe(after);
    expect(one(lab).memory?.bootId === boot).toBe(sameBoot);
  });

  it("bring back disk and annotation on RevertToCurrentSnapshot", async () => {
    await using lab = await openLab();
    await lab.client.run("ReconfigVM_Task", VM, "<spec><annotation>then</annotation></spec>");
    one(lab).disk.volumes.set("pv", "then");
    await snapshot(lab, "a");
    one(lab).disk.volumes.set("pv", "now");
    await lab.client.run("ReconfigVM_Task", VM, "<spec><annotation>now</annotation></spec>");
    expect((await lab.client.run("RevertToCurrentSnapshot_Task", VM)).textOf("state")).toBe("success");
    expect([one(lab).disk.volumes.get("pv"), await lab.client.property(VM, "config.annotation")]).toEqual(["then", "then"]);
  });

  it("that are not there cannot be reverted to", async () => {
    await using lab = await openLab();
    expect(faultOf(await lab.client.run("RevertToCurrentSnapshot_Task", VM))[0]).toBe("NotFound");
    const gone = await snapshot(lab, "a");
    await lab.client.run("RemoveSnapshot_Task", gone, "<removeChildren>false</removeChildren>");
    const answer = await lab.client.call("RevertToSnapshot_Task", gone);
    expect([answer.status, answer.fault?.type, answer.fault?.detail.refOf("obj")?.id]).toEqual([
      500,
      "ManagedObjectNotFound",
      gone.split(":")[1],
    ]);
  });

  it("leave their children to the parent when one is removed, which becomes current", async () => {
    await using lab = await openLab();
    const first = await snapshot(lab, "a");
    const second = await snapshot(lab, "b");
    await snapshot(lab, "c");
    await lab.client.run("RemoveSnapshot_Task", second, "<removeChildren>false</removeChildren>");
    expect((await tree(lab))[0]?.child("childSnapshotList")?.textOf("name")).toBe("c");
    const [, third] = (await tree(lab)).flatMap((root) => [root, ...root.all("childSnapshotList")]);
    await lab.client.run(
      "RemoveSnapshot_Task",
      `VirtualMachineSnapshot:${third?.textOf("snapshot")}`,
      "<removeChildren>true</removeChildren>",
    );
    expect(await lab.client.property(VM, "snapshot.currentSnapshot")).toBe(first.split(":")[1]);
    await lab.client.run("RemoveAllSnapshots_Task", VM);
    expect((await lab.client.properties(VM, "snapshot", "snapshot.currentSnapshot")).size).toBe(0);
  });

  const bad = [
    { title: "without a name", args: "<memory>false</memory><quiesce>false</quiesce>", names: "name" },
    { title: "with an empty name", args: snapshotArgs("", false), names: "name" },
    { title: "with a name of 81 characters", args: snapshotArgs("x".repeat(81), false), names: "name" },
    { title: "without the memory flag", args: "<name>a</name><quiesce>false</quiesce>", names: "memory" },
    { title: "without the quiesce flag", args: "<name>a</name><memory>false</memory>", names: "quiesce" },
    {
      title: "with a memory flag that is no boolean",
      args: "<name>a</name><memory>maybe</memory><quiesce>false</quiesce>",
      names: "memory",
    },
  ];

  it.each(bad)("$title are refused with InvalidArgument", async ({ args, names }) => {
    await using lab = await openLab();
    const answer = await lab.client.call("CreateSnapshot_Task", VM, args);
    expect([answer.fault?.type, answer.fault?.detail.textOf("invalidProperty")]).toEqual(["InvalidArgument", names]);
    expect(one(lab).rootSnapshots).toEqual([]);
  });
});

describe("ReconfigVM_Task", () => {
  const spec = (changeVersion: string | undefined, inner: string): string =>
    `<spec>${changeVersion === undefined ? "" : `<changeVersion>${changeVersion}</changeVersion>`}${inner}</spec>`;

  it("changes the annotation of whoever read the newest changeVersion", async () => {
    await using lab = await openLab();
    const version = await lab.client.property(VM, "config.changeVersion");
    const info = await lab.client.run("ReconfigVM_Task", VM, spec(version, "<annotation>mine &amp; yours</annotation>"));
    expect([
      info.textOf("state"),
      await lab.client.property(VM, "config.annotation"),
      await lab.client.property(VM, "summary.config.annotation"),
    ]).toEqual(["success", "mine & yours", "mine & yours"]);
    expect(await lab.client.property(VM, "config.changeVersion")).not.toBe(version);
  });

  it("fails with ConcurrentAccess for an old changeVersion, and changes nothing", async () => {
    await using lab = await openLab();
    const version = await lab.client.property(VM, "config.changeVersion");
    await lab.client.run("ReconfigVM_Task", VM, spec(version, "<annotation>first</annotation>"));
    const info = await lab.client.run("ReconfigVM_Task", VM, spec(version, "<annotation>second</annotation>"));
    expect(faultOf(info)).toEqual([
      "ConcurrentAccess",
      "The configuration was changed by somebody else since it was read (changeVersion differs).",
    ]);
    expect(await lab.client.property(VM, "config.annotation")).toBe("first");
  });

  it("refuses, and logs, what the simulated VM cannot change", async () => {
    await using lab = await openLab();
    const info = await lab.client.run("ReconfigVM_Task", VM, spec(undefined, "<memoryMB>1</memoryMB><annotation>x</annotation>"));
    expect(faultOf(info)[0]).toBe("NotSupported");
    expect(lab.log).toEqual([expect.stringContaining("not memoryMB")]);
    expect(await lab.client.property(VM, "config.annotation")).not.toBe("x");
  });
});
