import { describe, expect, it } from "vitest";
import type { XmlElement } from "../src/vsphere/xml-element.ts";
import { openLab, type Lab } from "./vsphere-kit.ts";

const VM = "VirtualMachine:vm-101";

const spec = (parts: { readonly location?: string; readonly more?: string } = {}): string =>
  `<spec><location>${parts.location ?? ""}</location><template>false</template>${parts.more ?? ""}<powerOn>false</powerOn></spec>`;

const cloneArgs = (name: string, body = spec()): string => `<folder type="Folder">group-v3</folder><name>${name}</name>${body}`;

const MARK = `<config><annotation>a &amp; b</annotation><extraConfig xsi:type="OptionValue"><key>k</key><value xsi:type="xsd:string">v</value></extraConfig></config>`;

const faultOf = (info: XmlElement): string | undefined => info.child("error")?.child("fault")?.xsiType;

const names = (lab: Lab): string[] => lab.dataCenter.machines.map(({ spec: { name } }) => name);

describe("a clone", () => {
  it("is a VM of its own: off, with the disk, the annotation and the keys it was given, and answered as the task's result", async () => {
    await using lab = await openLab();
    const [one] = lab.dataCenter.machines;
    if (one !== undefined) one.disk.ballastBytes = 5;
    const info = await lab.client.run("CloneVM_Task", VM, cloneArgs("three", spec({ more: MARK })));
    const made = `VirtualMachine:${info.textOf("result")}`;
    expect(await lab.client.property(made, "name")).toBe("three");
    expect(await lab.client.property(made, "runtime.powerState")).toBe("poweredOff");
    expect(await lab.client.property(made, "config.annotation")).toBe("a & b");
    const options = (await lab.client.properties(made, "config.extraConfig")).get("config.extraConfig")?.all("OptionValue") ?? [];
    expect(options.map((option) => [option.textOf("key"), option.textOf("value")])).toEqual([["k", "v"]]);
    expect(lab.dataCenter.machines.at(-1)?.disk.ballastBytes).toBe(5);
    expect((await lab.client.run("PowerOnVM_Task", made)).textOf("state")).toBe("success");
    expect(await lab.client.property(VM, "runtime.powerState")).toBe("poweredOff");
  });

  it("lies on the host of the pool that it was given, and in the inventory", async () => {
    await using lab = await openLab();
    const location = `<pool type="ResourcePool">resgroup-32</pool>`;
    const info = await lab.client.run("CloneVM_Task", VM, cloneArgs("three", spec({ location })));
    expect(await lab.client.property(`VirtualMachine:${info.textOf("result")}`, "runtime.host")).toBe("host-30");
    expect(await lab.client.value("FindByInventoryPath", "SearchIndex", "<inventoryPath>/SimDC/vm/three</inventoryPath>")).toBe(
      info.textOf("result"),
    );
  });

  it("runs beside others of the same VM", async () => {
    await using lab = await openLab({ speed: 100 });
    const tasks = await Promise.all(["a", "b", "c"].map((name) => lab.client.start("CloneVM_Task", VM, cloneArgs(name))));
    for (const task of tasks) expect((await lab.client.finish(task)).textOf("state")).toBe("success");
    expect(names(lab)).toEqual(["one", "two", "a", "b", "c"]);
  });

  it("of a name that is taken fails with DuplicateName", async () => {
    await using lab = await openLab();
    expect(faultOf(await lab.client.run("CloneVM_Task", VM, cloneArgs("two")))).toBe("DuplicateName");
    expect(names(lab)).toEqual(["one", "two"]);
  });

  it("that is cancelled leaves nothing", async () => {
    await using lab = await openLab({ speed: 20 });
    const task = await lab.client.start("CloneVM_Task", VM, cloneArgs("three"));
    expect((await lab.client.call("CancelTask", task)).fault).toBeUndefined();
    expect(faultOf(await lab.client.finish(task))).toBe("RequestCanceled");
    expect(names(lab)).toEqual(["one", "two"]);
    expect((await lab.client.call("CancelTask", task)).fault?.type).toBe("InvalidState");
  });

  it.each([
    { what: "an unknown folder", args: cloneArgs("x").replace("group-v3", "group-v9"), fault: "ManagedObjectNotFound" },
    {
      what: "an unknown pool",
      args: cloneArgs("x", spec({ location: `<pool type="ResourcePool">p</pool>` })),
      fault: "ManagedObjectNotFound",
    },
    { what: "a customization", args: cloneArgs("x", spec({ more: "<customization/>" })), fault: "NotSupported" },
    { what: "hardware", args: cloneArgs("x", spec({ more: "<config><numCPUs>2</numCPUs></config>" })), fault: "NotSupported" },
    { what: "no location", args: cloneArgs("x", "<spec><template>false</template></spec>"), fault: "InvalidArgument" },
  ])("with $what is refused", async ({ args, fault }) => {
    await using lab = await openLab();
    expect((await lab.client.call("CloneVM_Task", VM, args)).fault?.type).toBe(fault);
  });
});

describe("Destroy_Task", () => {
  it("takes a VM that is off out of the inventory, and refuses one that is on", async () => {
    await using lab = await openLab();
    await lab.client.run("PowerOnVM_Task", VM);
    expect(faultOf(await lab.client.run("Destroy_Task", VM))).toBe("InvalidPowerState");
    await lab.client.run("PowerOffVM_Task", VM);
    expect((await lab.client.run("Destroy_Task", VM)).textOf("state")).toBe("success");
    expect(names(lab)).toEqual(["two"]);
    expect((await lab.client.call("PowerOnVM_Task", VM)).fault?.type).toBe("ManagedObjectNotFound");
  });
});

describe("a suspended VM", () => {
  it("goes on in its boot when it is powered on, and loses it when it is powered off", async () => {
    await using lab = await openLab();
    const [one] = lab.dataCenter.machines;
    await lab.client.run("PowerOnVM_Task", VM);
    const bootId = one?.memory?.bootId;
    await lab.client.run("SuspendVM_Task", VM);
    expect(await lab.client.property(VM, "runtime.powerState")).toBe("suspended");
    await lab.client.run("PowerOnVM_Task", VM);
    expect(one?.memory?.bootId).toBe(bootId);
    await lab.client.run("SuspendVM_Task", VM);
    await lab.client.run("PowerOffVM_Task", VM);
    await lab.client.run("PowerOnVM_Task", VM);
    expect(one?.memory?.bootId).not.toBe(bootId);
  });

  it("cannot be suspended while it is off", async () => {
    await using lab = await openLab();
    expect(faultOf(await lab.client.run("SuspendVM_Task", VM))).toBe("InvalidPowerState");
  });

  it("takes its memory into every snapshot, and is suspended after a revert", async () => {
    await using lab = await openLab();
    await lab.client.run("PowerOnVM_Task", VM);
    await lab.client.run("SuspendVM_Task", VM);
    const args = "<name>s</name><memory>false</memory><quiesce>false</quiesce>";
    const info = await lab.client.run("CreateSnapshot_Task", VM, args);
    expect(lab.dataCenter.machines[0]?.rootSnapshots[0]?.state).toBe("suspended");
    await lab.client.run("PowerOffVM_Task", VM);
    await lab.client.run(
      "RevertToSnapshot_Task",
      `VirtualMachineSnapshot:${info.textOf("result")}`,
      "<suppressPowerOn>true</suppressPowerOn>",
    );
    expect(await lab.client.property(VM, "runtime.powerState")).toBe("suspended");
  });
});

it("ConsolidateVMDisks_Task ends the need for it", async () => {
  await using lab = await openLab();
  const [one] = lab.dataCenter.machines;
  if (one !== undefined) one.consolidationNeeded = true;
  expect(await lab.client.property(VM, "runtime.consolidationNeeded")).toBe("true");
  await lab.client.run("ConsolidateVMDisks_Task", VM);
  expect(await lab.client.property(VM, "runtime.consolidationNeeded")).toBe("false");
});
