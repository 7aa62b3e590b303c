import { expect, test } from "vitest";
import { Redactor } from "@kubera-e2e/schema/redactor";
import { openMachines } from "../src/index.ts";
import { fault, inventory, object, startStub, type Handlers, type StubCall } from "./stub-vsphere.ts";

const NAMES = ["a", "b", "c", "d", "e"];
const VMS = inventory(Object.fromEntries(NAMES.map((name) => [`vm-${name}`, name])));

/** The tasks that a filter or a read is about. */
const tasksOf = ({ args }: StubCall): string[] => {
  const spec = args.find("specSet") ?? args.find("spec");
  return spec?.textOf("propSet", "type") === "Task" ? spec.all("objectSet").map((set) => set.textOf("obj")) : [];
};

/** A vSphere whose tasks run until the test ends them; updates reach the poll that has waited longest, even if its caller has hung up, unless its collector is gone. */
const world = () => {
  const running = new Set<string>();
  const ended: string[] = [];
  let polls: { readonly collector: string; readonly ring: () => void }[] = [];
  let [version, collectors] = [0, 0];
  const update = (task: string, changes: string): string =>
    `<filterSet><objectSet><kind>modify</kind><obj type="Task">${task}</obj>${changes}</objectSet></filterSet>`;
  const change = (name: string, value: string): string => `<changeSet><name>${name}</name><op>assign</op><val>${value}</val></changeSet>`;
  const poll = async ({ args }: StubCall): Promise<string> => {
    if (ended.length === 0)
      await new Promise<void>((ring) => {
        polls.push({ collector: args.textOf("_this"), ring });
      });
    version += 1;
    return `<returnval><version>${version}</version>${ended.splice(0).join("")}</returnval>`;
  };
  const handlers: Handlers = {
    ...VMS,
    PowerOffVM_Task: ({ args }: StubCall) => {
      const task = `task-${args.textOf("_this")}`;
      running.add(task);
      return `<returnval type="Task">${task}</returnval>`;
    },
    RetrievePropertiesEx: (call: StubCall) =>
      call.args.textOf("specSet", "propSet", "type") === "Task"
        ? `<returnval>${tasksOf(call)
            .map((task) => object("Task", task, { "info.state": "running" }))
            .join("")}</returnval>`
        : VMS.RetrievePropertiesEx(call),
    CreatePropertyCollector: () => {
      collectors += 1;
      return `<returnval type="PropertyCollector">collector-${collectors}</returnval>`;
    },
    DestroyPropertyCollector: ({ args }: StubCall) => {
      polls = polls.filter(({ collector }) => collector !== args.textOf("_this"));
      return "";
    },
    WaitForUpdatesEx: poll,
  };
  return {
    handlers,
    running,
    tell: (task: string, changes: Readonly<Record<string, string>>) => {
      ended.push(
        update(
          task,
          Object.entries(changes)
            .map(([name, value]) => change(name, value))
            .join(""),
        ),
      );
      polls.shift()?.ring();
    },
    isPolled: () => polls.length > 0,
  };
};

const scene = async (handlers: Handlers) => {
  const stub = await startStub(handlers);
  const machines = openMachines(
    { driver: "esx", endpoint: stub.url, credentials: "vsphere" },
    { credentials: { username: "root", password: "secret" }, redactor: new Redactor() },
  );
  const dispose = async (): Promise<void> => {
    await machines.close();
    await stub[Symbol.asyncDispose]();
  };
  return { stub, machines, [Symbol.asyncDispose]: dispose };
};

const until = (condition: () => boolean): Promise<void> => expect.poll(condition, { interval: 2, timeout: 5000 }).toBe(true);

test("drops the filter of a task that ended before it polls again, and never during a poll", async () => {
  const vsphere = world();
  const droppedDuringPoll: boolean[] = [];
  await using at = await scene({
    ...vsphere.handlers,
    RetrievePropertiesEx: (call) =>
      tasksOf(call).includes("task-vm-b")
        ? `<returnval>${object("Task", "task-vm-b", { "info.state": "success" })}</returnval>`
        : vsphere.handlers["RetrievePropertiesEx"]?.(call),
    DestroyPropertyFilter: () => {
      droppedDuringPoll.push(vsphere.isPolled());
      return "";
    },
  });
  const first = at.machines.powerOff("a");
  await until(() => vsphere.isPolled());
  await at.machines.powerOff("b");
  vsphere.tell("task-vm-a", { "info.progress": "40" });
  await until(() => at.stub.count("WaitForUpdatesEx") === 2);
  expect(droppedDuringPoll).toEqual([false]);
  vsphere.tell("task-vm-a", { "info.state": "success" });
  await first;
});

test("hears of a task although the one before it was given up during a poll", async () => {
  const vsphere = world();
  await using at = await scene(vsphere.handlers);
  const stop = new AbortController();
  const given = at.machines.powerOff("a", { signal: stop.signal });
  await until(() => vsphere.isPolled());
  stop.abort(new Error("enough"));
  await expect(given).rejects.toMatchObject({ message: "enough" });
  const work = at.machines.powerOff("b");
  await until(() => at.stub.calls.flatMap(tasksOf).filter((task) => task === "task-vm-b").length === 2);
  vsphere.tell("task-vm-b", { "info.state": "success" });
  await expect(work).resolves.toBeUndefined();
});

test("leaves no collector behind, and so no filter, when nobody waits", async () => {
  const vsphere = world();
  await using at = await scene({
    ...vsphere.handlers,
    RetrievePropertiesEx: (call) => {
      const [task = ""] = tasksOf(call);
      return task === ""
        ? vsphere.handlers["RetrievePropertiesEx"]?.(call)
        : `<returnval>${object("Task", task, { "info.state": "success" })}</returnval>`;
    },
  });
  for (const name of NAMES) await at.machines.powerOff(name);
  await until(() => at.stub.count("DestroyPropertyCollector") === NAMES.length);
  expect(at.stub.count("CreatePropertyCollector")).toBe(NAMES.length);
});

test("hears of a task of a new session although a poll of the old one still waits", async () => {
  const vsphere = world();
  const dead = new Set<string>();
  await using at = await scene({
    ...vsphere.handlers,
    CreateFilter: ({ cookie, args }) => {
      if (dead.has(cookie)) return fault("NotAuthenticated", "");
      const isGone = dead.size > 0 && args.textOf("_this") === "collector-1";
      return isGone ? fault("ManagedObjectNotFound", "") : `<returnval type="PropertyFilter">filter</returnval>`;
    },
  });
  const first = at.machines.powerOff("a");
  await until(() => vsphere.isPolled());
  for (const { cookie } of at.stub.calls) dead.add(cookie);
  const second = at.machines.powerOff("b");
  await until(() => at.stub.count("WaitForUpdatesEx") === 2);
  const polled = at.stub.calls.filter(({ method }) => method === "WaitForUpdatesEx").map(({ args }) => args.textOf("_this"));
  expect(polled).toEqual(["collector-1", "collector-2"]);
  vsphere.tell("task-vm-a", { "info.state": "success" });
  // Told to the poll that nobody reads any more.
  await until(() => vsphere.isPolled());
  for (const name of ["a", "b"]) vsphere.tell(`task-vm-${name}`, { "info.state": "success" });
  await Promise.all([first, second]);
});

test("rejects what is still awaited when it is closed", async () => {
  const vsphere = world();
  await using at = await scene(vsphere.handlers);
  const ended = at.machines.powerOff("a").catch((error: unknown) => error);
  await until(() => vsphere.isPolled());
  await at.machines.close();
  expect(await ended).toMatchObject({
    code: "VSPHERE_FAULT",
    because: 'RequestCanceled on PowerOffVM_Task of VM "a": the connection was closed before the task ended',
  });
});

test("looks itself when a poll ended without telling anything", async () => {
  const vsphere = world();
  let looks = 0;
  const RetrievePropertiesEx = (call: StubCall) => {
    const [task = ""] = tasksOf(call);
    if (task === "") return vsphere.handlers["RetrievePropertiesEx"]?.(call);
    looks += 1;
    return `<returnval>${object("Task", task, { "info.state": looks === 1 ? "running" : "success" })}</returnval>`;
  };
  await using at = await scene({ ...vsphere.handlers, RetrievePropertiesEx, WaitForUpdatesEx: () => "" });
  await expect(at.machines.powerOff("a")).resolves.toBeUndefined();
  expect(looks).toBe(2);
});

test("awaits many tasks with one collector and one poll, reading each task once", async () => {
  const vsphere = world();
  await using at = await scene(vsphere.handlers);
  const work = Promise.all(NAMES.map((name) => at.machines.powerOff(name)));
  const reads = (): string[] => at.stub.calls.filter(({ method }) => method === "RetrievePropertiesEx").flatMap(tasksOf);
  await until(() => vsphere.isPolled() && reads().length >= NAMES.length);
  for (const name of NAMES) vsphere.tell(`task-vm-${name}`, { "info.state": "success" });
  await work;
  expect(at.stub.count("CreatePropertyCollector")).toBe(1);
  expect(at.stub.count("WaitForUpdatesEx")).toBeLessThanOrEqual(NAMES.length + 1);
  expect(reads().toSorted()).toEqual(NAMES.map((name) => `task-vm-${name}`));
});

test("goes on with each task alone when one of them cannot be asked for", async () => {
  const vsphere = world();
  const CreateFilter = (call: StubCall) =>
    tasksOf(call).includes("task-vm-c") ? fault("ManagedObjectNotFound", "") : `<returnval type="PropertyFilter">filter</returnval>`;
  await using at = await scene({ ...vsphere.handlers, CreateFilter });
  const works = NAMES.map((name) => at.machines.powerOff(name));
  const work = Promise.allSettled(works);
  await expect(works[NAMES.indexOf("c")]).rejects.toThrow("ManagedObjectNotFound");
  await until(() => vsphere.running.size === NAMES.length);
  for (const name of NAMES) vsphere.tell(`task-vm-${name}`, { "info.state": "success" });
  const ended = await work;
  expect(ended.map(({ status }) => status)).toEqual(["fulfilled", "fulfilled", "rejected", "fulfilled", "fulfilled"]);
});

test("tells progress, and the fault with which a task ends", async () => {
  const vsphere = world();
  await using at = await scene(vsphere.handlers);
  const told: number[] = [];
  const work = at.machines.powerOff("a", { onProgress: (percent) => told.push(percent) });
  await until(() => at.stub.count("WaitForUpdatesEx") === 1);
  vsphere.tell("task-vm-a", { "info.progress": "40" });
  await until(() => told.length === 1);
  vsphere.tell("task-vm-a", {
    "info.state": "error",
    "info.error": `<fault xsi:type="FileLocked"><file>[ds] a.vmdk</file></fault><localizedMessage>Unable to access file</localizedMessage>`,
  });
  await expect(work).rejects.toMatchObject({
    code: "VSPHERE_FAULT",
    because: 'FileLocked on PowerOffVM_Task of VM "a": Unable to access file; file=[ds] a.vmdk',
    fix: "Find the ESX host that holds the lock: another host may still run this VM.",
  });
  expect(told).toEqual([40]);
});

test.each([
  { title: "the session dies", answer: () => fault("NotAuthenticated", "") },
  { title: "the collector is gone", answer: () => fault("ManagedObjectNotFound", "") },
  { title: "the connection breaks", answer: () => undefined },
])("goes on awaiting when $title", async ({ answer }) => {
  const vsphere = world();
  let polls = 0;
  const WaitForUpdatesEx = (call: StubCall) => {
    polls += 1;
    return polls <= 2 ? answer() : vsphere.handlers["WaitForUpdatesEx"]?.(call);
  };
  await using at = await scene({ ...vsphere.handlers, WaitForUpdatesEx });
  const work = at.machines.powerOff("a");
  await until(() => polls === 3);
  vsphere.tell("task-vm-a", { "info.state": "success" });
  await expect(work).resolves.toBeUndefined();
});

test("goes on with the others when one task vanished while the session was dead", async () => {
  const vsphere = world();
  let isDead = false;
  const refusesTheGone = (call: StubCall): boolean => isDead && tasksOf(call).includes("task-vm-b");
  await using at = await scene({
    ...vsphere.handlers,
    CreateFilter: (call) =>
      refusesTheGone(call) ? fault("ManagedObjectNotFound", "") : `<returnval type="PropertyFilter">filter</returnval>`,
    WaitForUpdatesEx: (call) => {
      if (!isDead) {
        isDead = true;
        return fault("NotAuthenticated", "");
      }
      return vsphere.handlers["WaitForUpdatesEx"]?.(call);
    },
  });
  const work = Promise.allSettled(["a", "b", "c"].map((name) => at.machines.powerOff(name)));
  await until(() => vsphere.running.size === 3 && at.stub.count("WaitForUpdatesEx") >= 2);
  for (const name of ["a", "c"]) vsphere.tell(`task-vm-${name}`, { "info.state": "success" });
  expect((await work).map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
});

test("gives up when polls go on failing", async () => {
  const vsphere = world();
  await using at = await scene({ ...vsphere.handlers, WaitForUpdatesEx: () => undefined });
  await expect(at.machines.powerOff("a")).rejects.toMatchObject({ code: "CONNECTION_LOST" });
});

test("says that a task has vanished", async () => {
  const vsphere = world();
  const gone = `<returnval><version>1</version><filterSet><objectSet><kind>leave</kind><obj type="Task">task-vm-a</obj></objectSet></filterSet></returnval>`;
  await using at = await scene({ ...vsphere.handlers, WaitForUpdatesEx: () => gone });
  await expect(at.machines.powerOff("a")).rejects.toMatchObject({
    code: "VSPHERE_FAULT",
    because: 'ManagedObjectNotFound on PowerOffVM_Task of VM "a": the task is gone before it ended',
  });
});

test("cancels the task of a signal that aborts, and goes on with the others", async () => {
  const vsphere = world();
  await using at = await scene(vsphere.handlers);
  const stop = new AbortController();
  const first = at.machines.powerOff("a", { signal: stop.signal });
  const second = at.machines.powerOff("b");
  await until(() => vsphere.running.size === 2 && at.stub.count("WaitForUpdatesEx") === 1);
  stop.abort(new Error("deadline of the bed"));
  await expect(first).rejects.toMatchObject({ message: "deadline of the bed" });
  expect(at.stub.calls.filter(({ method }) => method === "CancelTask").map(({ args }) => args.textOf("_this"))).toEqual(["task-vm-a"]);
  vsphere.tell("task-vm-b", { "info.state": "success" });
  await expect(second).resolves.toBeUndefined();
});
