import { describe, expect, it } from "vitest";
import type { XmlElement } from "../src/vsphere/xml-element.ts";
import { changesOf, filterSpec, objectsOf, openLab, type Lab } from "./vsphere-kit.ts";

const VM = "VirtualMachine:vm-101";
const POWER = filterSpec(VM, ["name", "runtime.powerState"]);
const AT_ONCE = "<options><maxWaitSeconds>0</maxWaitSeconds></options>";

const told = (set: XmlElement | undefined): unknown[] =>
  objectsOf(set).map((object) => [
    object.textOf("kind"),
    object.textOf("obj"),
    ...object.all("changeSet").map((change) => `${change.textOf("op")} ${change.textOf("name")}=${change.textOf("val") ?? ""}`),
  ]);

const one = (lab: Lab) => lab.dataCenter.machines[0] ?? expect.unreachable();

const callsSeen = async (lab: Lab): Promise<number> => Number(await lab.client.property("SessionManager", "currentSession.callCount"));

/** Sends a call that waits, and goes on once the server has taken it in: it counts calls. */
const begin = async <T>(lab: Lab, send: () => Promise<T>): Promise<{ readonly answer: Promise<T> }> => {
  const before = await callsSeen(lab);
  const answer = send();
  let looks = 1;
  while ((await callsSeen(lab)) <= before + looks) looks += 1;
  return { answer };
};

describe("WaitForUpdatesEx", () => {
  it("begins with everything, goes on with what changed", async () => {
    await using lab = await openLab();
    const collector = await lab.client.collector(POWER);
    const first = await lab.client.updates(collector, "");
    expect(told(first)).toEqual([["enter", "vm-101", "assign name=one", "assign runtime.powerState=poweredOff"]]);
    const waiting = await begin(lab, () => lab.client.updates(collector, first?.textOf("version") ?? ""));
    one(lab).powerOn();
    expect(told(await waiting.answer)).toEqual([["modify", "vm-101", "assign runtime.powerState=poweredOn"]]);
  });

  it("keeps waiting while something else changes", async () => {
    await using lab = await openLab();
    const collector = await lab.client.collector(POWER);
    const version = (await lab.client.updates(collector, ""))?.textOf("version") ?? "";
    let answered = false;
    const waiting = await begin(lab, () => lab.client.updates(collector, version).finally(() => (answered = true)));
    lab.dataCenter.machines[1]?.powerOn();
    await callsSeen(lab);
    expect(answered).toBe(false);
    one(lab).powerOn();
    expect(told(await waiting.answer)).toHaveLength(1);
  });

  it("answers nothing when its time is over", async () => {
    await using lab = await openLab();
    const collector = await lab.client.collector(POWER);
    const version = (await lab.client.updates(collector, ""))?.textOf("version") ?? "";
    expect(await lab.client.updates(collector, version, AT_ONCE)).toBeUndefined();
    const startedAt = performance.now();
    expect(await lab.client.updates(collector, version, "<options><maxWaitSeconds>1</maxWaitSeconds></options>")).toBeUndefined();
    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(990);
  });

  it("tells the same again to whoever asks again with the version before", async () => {
    await using lab = await openLab();
    const collector = await lab.client.collector(POWER);
    const version = (await lab.client.updates(collector, ""))?.textOf("version") ?? "";
    one(lab).powerOn();
    const lost = await lab.client.updates(collector, version);
    const again = await lab.client.updates(collector, version);
    expect(told(again)).toEqual(told(lost));
    expect(await lab.client.updates(collector, again?.textOf("version") ?? "", AT_ONCE)).toBeUndefined();
  });

  it("shows a task's progress rising to its end", async () => {
    await using lab = await openLab({ speed: 20 });
    const task = await lab.client.start("PowerOnVM_Task", VM);
    const collector = await lab.client.collector(filterSpec(task, ["info"]));
    const seen: XmlElement[] = [];
    for (let version = ""; seen.at(-1)?.textOf("state") !== "success";) {
      const set = await lab.client.updates(collector, version);
      version = set?.textOf("version") ?? version;
      seen.push(...changesOf(set).map((change) => change.child("val") ?? change));
    }
    const progress = seen.flatMap((info) => info.int("progress") ?? []);
    expect(progress.length).toBeGreaterThanOrEqual(3);
    expect(progress).toEqual(progress.toSorted((left, right) => left - right));
    expect(seen.at(-1)?.int("progress")).toBeUndefined();
  });

  it("tells that a property became unset, and that an object is gone", async () => {
    await using lab = await openLab();
    const snapshot = one(lab).takeSnapshot("a", "", { memory: false, quiesce: false });
    const below =
      '<spec><propSet><type>VirtualMachineSnapshot</type><pathSet>vm</pathSet></propSet><propSet><type>VirtualMachine</type><pathSet>snapshot.currentSnapshot</pathSet></propSet><objectSet><obj type="VirtualMachine">vm-101</obj>' +
      '<selectSet xsi:type="TraversalSpec"><type>VirtualMachine</type><path>rootSnapshot</path></selectSet></objectSet></spec>';
    const collector = await lab.client.collector(below);
    const version = (await lab.client.updates(collector, ""))?.textOf("version") ?? "";
    one(lab).removeSnapshot(snapshot.id, false);
    expect(told(await lab.client.updates(collector, version))).toEqual([
      ["modify", "vm-101", "remove snapshot.currentSnapshot="],
      ["leave", snapshot.id],
    ]);
  });

  it("hands out at most maxObjectUpdates at a time, and says that there is more", async () => {
    await using lab = await openLab();
    const spec = `<spec><propSet><type>VirtualMachine</type><pathSet>name</pathSet></propSet><objectSet><obj type="VirtualMachine">vm-101</obj></objectSet><objectSet><obj type="VirtualMachine">vm-102</obj></objectSet></spec>`;
    const collector = await lab.client.collector(spec);
    const options = "<options><maxObjectUpdates>1</maxObjectUpdates></options>";
    const first = await lab.client.updates(collector, "", options);
    const second = await lab.client.updates(collector, first?.textOf("version") ?? "", options);
    expect([told(first), first?.textOf("truncated")]).toEqual([[["enter", "vm-101", "assign name=one"]], "true"]);
    expect([told(second), second?.textOf("truncated")]).toEqual([[["enter", "vm-102", "assign name=two"]], "false"]);
  });

  it("goes on when a filter is added while it waits", async () => {
    await using lab = await openLab();
    const collector = await lab.client.collector(POWER);
    const version = (await lab.client.updates(collector, ""))?.textOf("version") ?? "";
    const waiting = await begin(lab, () => lab.client.updates(collector, version));
    await lab.client.value(
      "CreateFilter",
      collector,
      `${filterSpec("HostSystem:host-20", ["name"])}<partialUpdates>false</partialUpdates>`,
    );
    expect(told(await waiting.answer)).toEqual([["enter", "host-20", "assign name=esx-a"]]);
  });

  const endings = [
    {
      title: "CancelWaitForUpdates",
      end: (lab: Lab, collector: string) => lab.client.call("CancelWaitForUpdates", collector),
      fault: "RequestCanceled",
    },
    {
      title: "another wait on its collector",
      end: (lab: Lab, collector: string) => lab.client.updates(collector, "", AT_ONCE),
      fault: "RequestCanceled",
    },
    {
      title: "the end of its collector",
      end: (lab: Lab, collector: string) => lab.client.call("DestroyPropertyCollector", collector),
      fault: "ManagedObjectNotFound",
    },
    { title: "the end of its session", end: (lab: Lab) => Promise.resolve(lab.server.endSessions()), fault: "NotAuthenticated" },
  ];

  it.each(endings)("ends with $fault by $title", async ({ end, fault }) => {
    await using lab = await openLab();
    const collector = await lab.client.collector(POWER);
    const version = (await lab.client.updates(collector, ""))?.textOf("version") ?? "";
    const waiting = await begin(lab, () => lab.client.call("WaitForUpdatesEx", collector, `<version>${version}</version>`));
    await end(lab, collector);
    expect((await waiting.answer).fault?.type).toBe(fault);
  });

  it("leaves nothing behind when its client hangs up", async () => {
    await using lab = await openLab();
    const collector = await lab.client.collector(POWER);
    const version = (await lab.client.updates(collector, ""))?.textOf("version") ?? "";
    const hangUp = new AbortController();
    const waiting = await begin(lab, () =>
      lab.client.call("WaitForUpdatesEx", collector, { args: `<version>${version}</version>`, signal: hangUp.signal }),
    );
    hangUp.abort();
    await expect(waiting.answer).rejects.toThrow("abort");
    one(lab).powerOn();
    expect(told(await lab.client.updates(collector, version))).toHaveLength(1);
    expect(lab.log).toEqual([]);
  });

  const bad = [
    { title: "a version never answered", args: "<version>99</version>", fault: "InvalidCollectorVersion" },
    { title: "a version that is no number", args: "<version>x</version>", fault: "InvalidCollectorVersion" },
    {
      title: "a negative time",
      args: "<version></version><options><maxWaitSeconds>-1</maxWaitSeconds></options>",
      fault: "InvalidArgument",
    },
    {
      title: "no object at a time",
      args: "<version></version><options><maxObjectUpdates>0</maxObjectUpdates></options>",
      fault: "InvalidArgument",
    },
  ];

  it.each(bad)("refuses $title with $fault", async ({ args, fault }) => {
    await using lab = await openLab();
    const collector = await lab.client.collector(POWER);
    expect((await lab.client.call("WaitForUpdatesEx", collector, args)).fault?.type).toBe(fault);
  });

  it("is what WaitForUpdates and CheckForUpdates answer too", async () => {
    await using lab = await openLab();
    const collector = await lab.client.collector(POWER);
    const checked = (await lab.client.call("CheckForUpdates", collector, "<version></version>")).values[0];
    const waited = (await lab.client.call("WaitForUpdates", collector, "<version></version>")).values[0];
    expect(told(checked)).toEqual(told(waited));
    expect(told(checked)).toHaveLength(1);
  });
});

describe("a filter", () => {
  it("is refused when it could never be answered, and stops when it is destroyed", async () => {
    await using lab = await openLab();
    const collector = await lab.client.collector(POWER);
    await expect(lab.client.value("CreateFilter", collector, filterSpec(VM, ["nme"]))).rejects.toThrow("InvalidProperty");
    const filter = `PropertyFilter:${(await lab.client.properties(collector, "filter")).get("filter")?.textOf("ManagedObjectReference")}`;
    await lab.client.call("DestroyPropertyFilter", filter);
    expect(await lab.client.updates(collector, "", AT_ONCE)).toBeUndefined();
    expect((await lab.client.call("DestroyPropertyFilter", filter)).fault?.type).toBe("ManagedObjectNotFound");
  });

  it("over a list view follows what is put on the list", async () => {
    await using lab = await openLab();
    const view = await lab.client.value("CreateListView", "ViewManager");
    const spec = `<spec><propSet><type>VirtualMachine</type><pathSet>name</pathSet></propSet><objectSet><obj type="ListView">${view}</obj><skip>true</skip><selectSet xsi:type="TraversalSpec"><type>ListView</type><path>view</path></selectSet></objectSet></spec>`;
    const collector = await lab.client.collector(spec);
    const waiting = await begin(lab, () => lab.client.updates(collector, ""));
    const unresolved = await lab.client.call(
      "ModifyListView",
      `ListView:${view}`,
      '<add type="VirtualMachine">vm-102</add><add type="Task">task-9</add>',
    );
    expect(unresolved.values.map((value) => value.text)).toEqual(["task-9"]);
    const set = await waiting.answer;
    expect(told(set)).toEqual([["enter", "vm-102", "assign name=two"]]);
    await lab.client.call("ResetListView", `ListView:${view}`, '<obj type="VirtualMachine">vm-101</obj>');
    expect(told(await lab.client.updates(collector, set?.textOf("version") ?? ""))).toEqual([
      ["enter", "vm-101", "assign name=one"],
      ["leave", "vm-102"],
    ]);
  });
});
