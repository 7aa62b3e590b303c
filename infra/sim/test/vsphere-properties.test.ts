import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { XmlElement } from "../src/vsphere/xml-element.ts";
import { openLab, type Lab } from "./vsphere-kit.ts";

let lab: Lab;
const COLLECTOR = "PropertyCollector:propertyCollector";
const VM = "VirtualMachine:vm-101";

beforeAll(async () => {
  lab = await openLab({ guestAddress: (machine) => `10.0.0.${machine.spec.id.slice(-1)}` });
  lab.dataCenter.machines[1]?.powerOn();
});

afterAll(() => lab.server.close());

const propSet = (type: string, ...paths: string[]): string =>
  `<propSet><type>${type}</type>${paths.map((path) => `<pathSet>${path}</pathSet>`).join("")}</propSet>`;

const start = (ref: string, inner = "", skip = false): string => {
  const [type, id] = ref.split(":");
  return `<objectSet><obj type="${type}">${id}</obj><skip>${skip}</skip>${inner}</objectSet>`;
};

const traversal = (type: string, path: string, more: { readonly inner?: string; readonly name?: string } = {}): string =>
  `<selectSet xmlns:v="urn:vim25" xsi:type="v:TraversalSpec">${more.name === undefined ? "" : `<name>${more.name}</name>`}<type>${type}</type><path>${path}</path><skip>false</skip>${more.inner ?? ""}</selectSet>`;

const named = (name: string): string => `<selectSet xsi:type="SelectionSpec"><name>${name}</name></selectSet>`;

const retrieve = async (spec: string, options = "<options/>"): Promise<XmlElement | undefined> =>
  (await lab.client.call("RetrievePropertiesEx", COLLECTOR, `<specSet>${spec}</specSet>${options}`)).values[0];

const ids = (result: XmlElement | undefined): (string | undefined)[] => result?.all("objects").map((object) => object.textOf("obj")) ?? [];

describe("properties of a VM", () => {
  const cases = [
    ["name", "one", "xsd:string"],
    ["parent", "group-v3", "ManagedObjectReference"],
    ["config.hardware.numCPU", "4", "xsd:int"],
    ["config.hardware.device[2000].capacityInKB", "20971520", "xsd:long"],
    ["config.hardware.device[2000].backing.fileName", "[sim-datastore] one/one.vmdk", "xsd:string"],
    ["runtime.powerState", "poweredOff", "VirtualMachinePowerState"],
    ["runtime.host", "host-20", "ManagedObjectReference"],
    ["runtime.consolidationNeeded", "false", "xsd:boolean"],
    ["summary.storage.committed", String(12 * 1024 ** 3), "xsd:long"],
    ["guest.guestState", "notRunning", "xsd:string"],
    ["resourcePool", "resgroup-22", "ManagedObjectReference"],
  ] as const;

  it.each(cases)("%s is %s", async (path, text, type) => {
    const value = (await lab.client.properties(VM, path)).get(path);
    expect([value?.text, value?.attributes["xsi:type"]]).toEqual([text, type]);
  });

  it("are left out when they are unset", async () => {
    const found = await lab.client.properties(
      VM,
      "name",
      "snapshot",
      "snapshot.currentSnapshot",
      "parentVApp",
      "runtime.bootTime",
      "guest.ipAddress",
    );
    expect([...found.keys()]).toEqual(["name"]);
  });

  it("tell what the guest tells while it runs", async () => {
    const found = await lab.client.properties(
      "VirtualMachine:vm-102",
      "guest.hostName",
      "guest.ipAddress",
      "summary.guest.toolsRunningStatus",
    );
    expect([...found.values()].map((value) => value.text)).toEqual(["two", "10.0.0.2", "guestToolsRunning"]);
  });

  it("come whole and typed when all are asked for", async () => {
    const found = await lab.client.properties(VM);
    expect(found.get("config")?.xsiType).toBe("VirtualMachineConfigInfo");
    expect(found.get("datastore")?.xsiType).toBe("ArrayOfManagedObjectReference");
    expect(found.get("datastore")?.child("ManagedObjectReference")?.attributes).toMatchObject({
      type: "Datastore",
      "xsi:type": "ManagedObjectReference",
    });
    expect(
      found
        .get("disabledMethod")
        ?.all("string")
        .map((method) => method.text),
    ).toEqual(["PowerOffVM_Task", "ResetVM_Task", "SuspendVM_Task"]);
  });

  const unknown = [
    "nme",
    "config.hardwre",
    "config.hardware.device.key",
    "runtime.powerState.x",
    "config..x",
    "toString",
    "config.constructor",
  ];

  it.each(unknown)("refuse %s with InvalidProperty, and log it", async (path) => {
    const answer = await lab.client.call(
      "RetrievePropertiesEx",
      COLLECTOR,
      `<specSet>${propSet("VirtualMachine", path)}${start(VM)}</specSet><options/>`,
    );
    expect([answer.status, answer.fault?.type, answer.fault?.detail.textOf("name")]).toEqual([500, "InvalidProperty", path]);
    expect(lab.log.at(-1)).toBe(`vsphere: InvalidProperty: The property ${path} is not known to the simulated vSphere.`);
  });
});

describe("selection", () => {
  it("follows folders down by a named, recursive traversal", async () => {
    const inner = [
      traversal("Folder", "childEntity", { inner: named("down") + named("dc"), name: "down" }),
      traversal("Datacenter", "vmFolder", { inner: named("down"), name: "dc" }),
    ].join("");
    const result = await retrieve(propSet("VirtualMachine", "name") + propSet("Datacenter", "name") + start("Folder:group-d1", inner));
    expect(ids(result)).toEqual(["datacenter-2", "vm-101", "vm-102"]);
  });

  it("follows parents up to the root, matching supertypes", async () => {
    const inner = traversal("ManagedEntity", "parent", { inner: named("up"), name: "up" });
    const result = await retrieve(propSet("ManagedEntity", "name", "parent") + start(VM, inner));
    expect(ids(result)).toEqual(["vm-101", "group-v3", "datacenter-2", "group-d1"]);
    expect(
      result
        ?.all("objects")
        .at(-1)
        ?.all("propSet")
        .map((property) => property.textOf("name")),
    ).toEqual(["name"]);
  });

  it("leaves the start out when it is skipped", async () => {
    expect(ids(await retrieve(propSet("ManagedEntity", "name") + start(VM, traversal("VirtualMachine", "runtime.host"), true)))).toEqual([
      "host-20",
    ]);
  });

  it("answers an object once, however often it is reached", async () => {
    const twice = traversal("VirtualMachine", "runtime.host") + traversal("VirtualMachine", "summary.runtime.host");
    expect(ids(await retrieve(propSet("HostSystem", "name") + start(VM, twice) + start("HostSystem:host-20")))).toEqual(["host-20"]);
  });

  it("answers nothing at all when nothing matches", async () => {
    expect(await retrieve(propSet("Datastore", "name") + start(VM))).toBeUndefined();
  });

  const faults = [
    {
      title: "an object that is not there",
      spec: propSet("VirtualMachine", "name") + start("VirtualMachine:vm-9"),
      fault: "ManagedObjectNotFound",
    },
    {
      title: "a selection that nobody named",
      spec: propSet("VirtualMachine", "name") + start(VM, named("nowhere")),
      fault: "InvalidArgument",
    },
    { title: "no propSet", spec: start(VM), fault: "InvalidArgument" },
    { title: "no objectSet", spec: propSet("VirtualMachine", "name"), fault: "InvalidArgument" },
  ];

  it.each(faults)("refuses $title with $fault", async ({ spec, fault }) => {
    expect((await lab.client.call("RetrievePropertiesEx", COLLECTOR, `<specSet>${spec}</specSet><options/>`)).fault?.type).toBe(fault);
  });

  it("skips a missing object when the caller says so", async () => {
    const spec = `${propSet("VirtualMachine", "name")}${start("VirtualMachine:vm-9")}${start(VM)}<reportMissingObjectsInResults>true</reportMissingObjectsInResults>`;
    expect(ids(await retrieve(spec))).toEqual(["vm-101"]);
  });
});

describe("paging", () => {
  const all = propSet("ManagedEntity", "name") + start("Folder:group-v3", traversal("Folder", "childEntity"));

  it("answers maxObjects at a time and goes on by token", async () => {
    const first = await retrieve(all, "<options><maxObjects>2</maxObjects></options>");
    const token = first?.textOf("token");
    expect(ids(first)).toEqual(["group-v3", "vm-101"]);
    const rest = (await lab.client.call("ContinueRetrievePropertiesEx", COLLECTOR, `<token>${token}</token>`)).values[0];
    expect([ids(rest), rest?.textOf("token")]).toEqual([["vm-102"], undefined]);
    expect((await lab.client.call("ContinueRetrievePropertiesEx", COLLECTOR, `<token>${token}</token>`)).fault?.type).toBe(
      "InvalidArgument",
    );
  });

  it("forgets a cancelled token", async () => {
    const token = (await retrieve(all, "<options><maxObjects>1</maxObjects></options>"))?.textOf("token");
    expect((await lab.client.call("CancelRetrievePropertiesEx", COLLECTOR, `<token>${token}</token>`)).status).toBe(200);
    expect((await lab.client.call("ContinueRetrievePropertiesEx", COLLECTOR, `<token>${token}</token>`)).fault?.type).toBe(
      "InvalidArgument",
    );
  });
});

describe("views", () => {
  const create = (container: string, types: readonly string[], recursive: boolean): Promise<string> => {
    const [type, id] = container.split(":");
    const wanted = types.map((name) => `<type>${name}</type>`).join("");
    return lab.client.value(
      "CreateContainerView",
      "ViewManager",
      `<container type="${type}">${id}</container>${wanted}<recursive>${recursive}</recursive>`,
    );
  };
  const cases = [
    { container: "Folder:group-d1", types: ["VirtualMachine"], recursive: true, holds: ["vm-101", "vm-102"] },
    { container: "Folder:group-d1", types: [], recursive: false, holds: ["datacenter-2"] },
    {
      container: "Datacenter:datacenter-2",
      types: ["HostSystem", "Datastore"],
      recursive: true,
      holds: ["host-20", "host-30", "datastore-7"],
    },
    { container: "HostSystem:host-30", types: ["VirtualMachine"], recursive: false, holds: ["vm-102"] },
    { container: "Folder:group-v3", types: ["Network"], recursive: true, holds: [] },
  ];

  it.each(cases)("of $container with $types hold $holds", async ({ container, types, recursive, holds }) => {
    const view = `ContainerView:${await create(container, types, recursive)}`;
    const held = (await lab.client.properties(view, "view")).get("view");
    expect(held?.all("ManagedObjectReference").map((ref) => ref.text)).toEqual(holds);
    expect((await lab.client.call("DestroyView", view)).status).toBe(200);
    expect((await lab.client.call("DestroyView", view)).fault?.type).toBe("ManagedObjectNotFound");
  });

  it("refuse a container that contains nothing", async () => {
    await expect(create(VM, [], true)).rejects.toThrow("InvalidArgument");
  });
});

describe("the search index", () => {
  const uuid = (): string => lab.dataCenter.machines[0]?.uuid ?? "";
  const cases = [
    { method: "FindByUuid", args: () => `<uuid>${uuid()}</uuid><vmSearch>true</vmSearch>`, found: "vm-101" },
    { method: "FindByUuid", args: () => `<uuid>${uuid().toUpperCase()}</uuid><vmSearch>true</vmSearch>`, found: "vm-101" },
    { method: "FindByUuid", args: () => "<uuid>none</uuid><vmSearch>true</vmSearch>", found: undefined },
    { method: "FindAllByUuid", args: () => `<uuid>${uuid()}</uuid><vmSearch>true</vmSearch>`, found: "vm-101" },
    { method: "FindByInventoryPath", args: () => "<inventoryPath>/SimDC/vm/two</inventoryPath>", found: "vm-102" },
    { method: "FindByInventoryPath", args: () => "<inventoryPath>SimDC/host/esx-a/Resources</inventoryPath>", found: "resgroup-22" },
    { method: "FindByInventoryPath", args: () => "<inventoryPath>/</inventoryPath>", found: "group-d1" },
    { method: "FindByInventoryPath", args: () => "<inventoryPath>/SimDC/vm/three</inventoryPath>", found: undefined },
    { method: "FindChild", args: () => '<entity type="Folder">group-v3</entity><name>one</name>', found: "vm-101" },
    { method: "FindChild", args: () => '<entity type="Folder">group-v3</entity><name>three</name>', found: undefined },
    { method: "FindByDnsName", args: () => "<dnsName>two</dnsName><vmSearch>true</vmSearch>", found: "vm-102" },
    { method: "FindByDnsName", args: () => "<dnsName>one</dnsName><vmSearch>true</vmSearch>", found: undefined },
    { method: "FindByIp", args: () => "<ip>10.0.0.2</ip><vmSearch>true</vmSearch>", found: "vm-102" },
  ];

  it.each(cases)("$method answers $found", async ({ method, args, found }) => {
    const answer = await lab.client.call(method, "SearchIndex", args());
    expect([answer.status, answer.values[0]?.text]).toEqual([200, found]);
  });
});
