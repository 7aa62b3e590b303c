import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { XmlElement } from "../src/vsphere/xml-element.ts";
import { changesOf, CREDENTIALS, filterSpec, openLab, type Lab } from "./vsphere-kit.ts";

let lab: Lab;

beforeAll(async () => {
  lab = await openLab();
  await lab.newClient().login({ ...CREDENTIALS, password: "wrong" });
  await lab.client.run("PowerOnVM_Task", "VirtualMachine:vm-101");
  await lab.client.run("PowerOnVM_Task", "VirtualMachine:vm-101");
  await lab.client.run("CreateSnapshot_Task", "VirtualMachine:vm-102", "<name>a</name><memory>false</memory><quiesce>false</quiesce>");
});

afterAll(() => lab.server.close());

const entity = (ref: string, recursion: string): string => {
  const [type, id] = ref.split(":");
  return `<entity><entity type="${type}">${id}</entity><recursion>${recursion}</recursion></entity>`;
};

const events = async (filter: string): Promise<readonly XmlElement[]> =>
  (await lab.client.call("QueryEvents", "EventManager", `<filter>${filter}</filter>`)).values;

describe("events", () => {
  it("tell logins, tasks and what became of VMs, in order", async () => {
    const told = await events("");
    expect(told.map((event) => `${event.xsiType} ${event.textOf("fullFormattedMessage")}`)).toEqual([
      "UserLoginSessionEvent User tester@vsphere.local logged in",
      "BadUsernameSessionEvent Cannot login tester@vsphere.local",
      "TaskEvent Task: PowerOnVM",
      "VmPoweredOnEvent one is powered on",
      "TaskEvent Task: PowerOnVM",
      "VmFailedToPowerOnEvent one could not be powered on: The attempted operation cannot be performed in the current state (Powered on).",
      "TaskEvent Task: CreateSnapshot",
    ]);
    expect(told.map((event) => event.int("key"))).toEqual([1, 2, 3, 4, 5, 6, 7]);
    expect(told[3]?.child("host")?.textOf("name")).toBe("esx-a");
    expect(told[3]?.textOf("chainId")).toBe(told[2]?.textOf("chainId"));
  });

  const filters = [
    { filter: entity("VirtualMachine:vm-102", "self"), keys: [7] },
    { filter: entity("VirtualMachine:vm-102", "children"), keys: [] },
    { filter: entity("Folder:group-v3", "children"), keys: [3, 4, 5, 6, 7] },
    { filter: entity("Datacenter:datacenter-2", "children"), keys: [] },
    { filter: entity("HostSystem:host-30", "all"), keys: [7] },
    { filter: entity("Folder:group-d1", "all"), keys: [1, 2, 3, 4, 5, 6, 7] },
    { filter: "<eventTypeId>VmPoweredOnEvent</eventTypeId><eventTypeId>vim.event.UserLoginSessionEvent</eventTypeId>", keys: [1, 4] },
    { filter: "<maxCount>2</maxCount>", keys: [6, 7] },
    { filter: "<time><beginTime>2001-01-01T00:00:00Z</beginTime><endTime>2002-01-01T00:00:00Z</endTime></time>", keys: [] },
  ];

  it.each(filters)("are filtered by $filter", async ({ filter, keys }) => {
    expect((await events(filter)).map((event) => event.int("key"))).toEqual(keys);
  });

  const refused = [
    { filter: "<userName><systemUser>false</systemUser></userName>", fault: "NotSupported" },
    { filter: "<time><beginTime>yesterday</beginTime></time>", fault: "InvalidArgument" },
    { filter: entity("VirtualMachine:vm-9", "self"), fault: "ManagedObjectNotFound" },
    { filter: entity("VirtualMachine:vm-101", "up"), fault: "InvalidArgument" },
  ];

  it.each(refused)("refuse $filter with $fault", async ({ filter, fault }) => {
    expect((await lab.client.call("QueryEvents", "EventManager", `<filter>${filter}</filter>`)).fault?.type).toBe(fault);
  });

  it("have a category each", async () => {
    const info = (await lab.client.properties("EventManager", "description.eventInfo")).get("description.eventInfo");
    const known = new Map(info?.all("EventDescriptionEventDetail").map((detail) => [detail.textOf("key"), detail.textOf("category")]));
    expect((await events("")).map((event) => known.get(event.xsiType))).toEqual(["info", "error", "info", "info", "info", "error", "info"]);
  });
});

describe("a history collector", () => {
  it("reads tasks forward from the oldest, back again, and ends", async () => {
    const collector = `TaskHistoryCollector:${await lab.client.value("CreateCollectorForTasks", "TaskManager", "<filter><state>success</state></filter>")}`;
    const read = async (method: string, count: number): Promise<(string | undefined)[]> =>
      (await lab.client.call(method, collector, `<maxCount>${count}</maxCount>`)).values.map((info) => info.textOf("key"));
    expect([await read("ReadNextTasks", 1), await read("ReadNextTasks", 5), await read("ReadNextTasks", 5)]).toEqual([
      ["task-1"],
      ["task-3"],
      [],
    ]);
    expect(await read("ReadPreviousTasks", 1)).toEqual(["task-3"]);
    await lab.client.call("RewindCollector", collector);
    expect(await read("ReadNextTasks", 9)).toEqual(["task-1", "task-3"]);
    await lab.client.call("SetCollectorPageSize", collector, "<maxCount>1</maxCount>");
    await lab.client.call("ResetCollector", collector);
    expect(await read("ReadNextTasks", 9)).toEqual(["task-3"]);
    await lab.client.call("DestroyCollector", collector);
    expect((await lab.client.call("RewindCollector", collector)).fault?.type).toBe("ManagedObjectNotFound");
  });

  it.each(["0", "1001"])("refuses a page of %s", async (count) => {
    const collector = `EventHistoryCollector:${await lab.client.value("CreateCollectorForEvents", "EventManager", "<filter/>")}`;
    expect((await lab.client.call("SetCollectorPageSize", collector, `<maxCount>${count}</maxCount>`)).fault?.type).toBe("InvalidArgument");
  });

  it("shows the latest page, newest first, and updates it", async () => {
    await using own = await openLab();
    const history = `EventHistoryCollector:${await own.client.value("CreateCollectorForEvents", "EventManager", "<filter/>")}`;
    await own.client.call("SetCollectorPageSize", history, "<maxCount>2</maxCount>");
    const collector = await own.client.collector(filterSpec(history, ["latestPage"]));
    const first = await own.client.updates(collector, "");
    const types = (set: XmlElement | undefined): (string | undefined)[] =>
      changesOf(set).flatMap(
        (change) =>
          change
            .child("val")
            ?.all("Event")
            .map((event) => event.xsiType) ?? [],
      );
    expect(types(first)).toEqual(["UserLoginSessionEvent"]);
    await own.newClient().login({ ...CREDENTIALS, password: "wrong" });
    expect(types(await own.client.updates(collector, first?.textOf("version") ?? ""))).toEqual([
      "BadUsernameSessionEvent",
      "UserLoginSessionEvent",
    ]);
  });
});
