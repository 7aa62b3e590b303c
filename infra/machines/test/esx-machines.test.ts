import { inspect } from "node:util";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { Transcript } from "@kubera-e2e/http";
import { Redactor } from "@kubera-e2e/schema/redactor";
import { openMachines, type Machines } from "../src/index.ts";
import { fault, inventory, object, startStub, type Handlers, type Stub } from "./stub-vsphere.ts";

const PASSWORD = 'p<ss & "word"';
const VMS = inventory({ "vm-1": "master1", "vm-2": "worker1" });

const open = (stub: Stub, transcript?: Transcript): Machines =>
  openMachines(
    { driver: "esx", endpoint: stub.url, credentials: "vsphere" },
    { credentials: { username: "root", password: PASSWORD }, redactor: new Redactor(), transcript },
  );

const linesOf = async (work: Promise<unknown>): Promise<string[]> => {
  try {
    await work;
  } catch (error) {
    return (error as Error).message.split("\n");
  }
  throw new TypeError("it was not rejected");
};

const scene = async (handlers: Handlers) => {
  const stub = await startStub(handlers);
  const machines = open(stub);
  const dispose = async (): Promise<void> => {
    await machines.close();
    await stub[Symbol.asyncDispose]();
  };
  return { stub, machines, url: `${stub.url}/sdk`, [Symbol.asyncDispose]: dispose };
};

test("says that vSphere refused the login", async () => {
  await using at = await scene({ Login: () => fault("InvalidLogin", "Cannot complete login due to an incorrect user name or password.") });
  expect(await linesOf(at.machines.inspect(["master1"]))).toEqual([
    '[VSPHERE_LOGIN_REFUSED] vSphere refused the login of "root"',
    `  where:   ${at.url}: Login`,
    "  because: InvalidLogin: user name or password is wrong, or the account is locked (Cannot complete login due to an incorrect user name or password.)",
    "  fix:     Correct the secret that the bed's machines.credentials names; ESX locks an account for 15 minutes after five wrong passwords.",
  ]);
});

test("says what fault vSphere answered, on which method of which VM", async () => {
  const privilege = "<privilegeId>VirtualMachine.Interact.PowerOff</privilegeId>";
  await using at = await scene({ ...VMS, PowerOffVM_Task: () => fault("NoPermission", "Permission was denied.", privilege) });
  expect(await linesOf(at.machines.powerOff("worker1"))).toEqual([
    '[VSPHERE_FAULT] vSphere refused PowerOffVM_Task of VM "worker1"',
    `  where:   ${at.url}: PowerOffVM_Task of VM "worker1"`,
    '  because: NoPermission on PowerOffVM_Task of VM "worker1": Permission was denied.; privilegeId=VirtualMachine.Interact.PowerOff',
    '  fix:     Give the account the privilege VirtualMachine.Interact.PowerOff on VM "worker1", or on a folder above it.',
  ]);
});

test("says which VMs are missing", async () => {
  await using at = await scene(VMS);
  expect(await linesOf(at.machines.inspect(["mastr1", "worker1", "elsewhere"]))).toEqual([
    "[MACHINE_MISSING] 2 VMs are not in the inventory: mastr1, elsewhere",
    `  where:   ${at.url}`,
    '  because: of 2 VMs that this account sees, none is called "mastr1" (there is "master1"), "elsewhere"',
    "  fix:     Correct the names under clusters[].vms in the bed's file, or let the account see the folder with these VMs.",
  ]);
});

test("says which names several VMs bear", async () => {
  await using at = await scene(inventory({ "vm-1": "master1", "vm-7": "master1" }));
  expect(await linesOf(at.machines.revert("master1", "snapshot-1"))).toEqual([
    "[MACHINE_AMBIGUOUS] several VMs bear one name: master1",
    `  where:   ${at.url}`,
    '  because: "master1" is borne by vm-1 and vm-7',
    "  fix:     Rename all but one of them, so that no wrong VM is ever reverted.",
  ]);
});

test.each([
  { title: "a web page", text: "<html><body>Welcome</body></html>", because: "status 200 without a SOAP envelope" },
  { title: "no XML", text: "<a><b></a>", because: "status 200, " },
  {
    title: "the answer of another method",
    text: "<E:Envelope><E:Body><OtherResponse/></E:Body></E:Envelope>",
    because: "status 200 without RetrieveServiceContentResponse and without a fault",
  },
])("says that $title is not how vSphere answers", async ({ text, because }) => {
  await using at = await scene({ RetrieveServiceContent: () => ({ status: 200, text }) });
  const lines = await linesOf(at.machines.inspect(["master1"]));
  expect(lines[0]).toMatch(/^\[RESPONSE_INVALID\] http:.*\/sdk does not answer as vSphere does$/);
  expect(lines[2]).toContain(`  because: ${because}`);
});

test("reads names as they are shown, not as paths escape them", async () => {
  await using at = await scene(inventory({ "vm-1": "a%2fb%5cc%25d &amp; e" }));
  expect(await at.machines.inspect(["a/b\\c%d & e"])).toMatchObject([{ name: "a/b\\c%d & e" }]);
});

test("reads an inventory page by page", async () => {
  const page = (id: string, token: string): string =>
    `<returnval>${token}${object("VirtualMachine", id, { name: `of ${id}` })}</returnval>`;
  await using at = await scene({
    ...VMS,
    RetrievePropertiesEx: ({ args }) =>
      args.textOf("specSet", "objectSet", "obj") === "view" ? page("vm-1", "<token>t1</token>") : page("vm-3", ""),
    ContinueRetrievePropertiesEx: ({ args }) => (args.textOf("token") === "t1" ? page("vm-2", "<token>t2</token>") : page("vm-3", "")),
  });
  expect(await at.machines.inspect(["of vm-3"])).toMatchObject([{ name: "of vm-3" }]);
  expect(at.stub.count("ContinueRetrievePropertiesEx")).toBe(2);
});

test("finds a VM again that was deleted and made anew", async () => {
  let id = "vm-1";
  await using at = await scene({
    ...VMS,
    RetrievePropertiesEx: ({ args }) => {
      const asked = args.textOf("specSet", "objectSet", "obj");
      if (asked !== "view" && asked !== id) return fault("ManagedObjectNotFound", "gone");
      return `<returnval>${object("VirtualMachine", id, { name: "master1" })}</returnval>`;
    },
  });
  await at.machines.inspect(["master1"]);
  id = "vm-9";
  expect(await at.machines.inspect(["master1"])).toMatchObject([{ name: "master1" }]);
});

test("never acts on the VM that bore a name before", async () => {
  let names = { "vm-1": "master1", "vm-2": "spare" };
  await using at = await scene({
    ...VMS,
    CreateContainerView: () => VMS.CreateContainerView(),
    RetrievePropertiesEx: ({ args }) => {
      const asked =
        args
          .find("specSet")
          ?.all("objectSet")
          .map((set) => set.textOf("obj")) ?? [];
      if (asked.includes("task-1")) return `<returnval>${object("Task", "task-1", { "info.state": "success" })}</returnval>`;
      const known = Object.entries(names).filter(([id]) => asked.includes(id) || asked.includes("view"));
      return `<returnval>${known.map(([id, name]) => object("VirtualMachine", id, { name })).join("")}</returnval>`;
    },
    PowerOffVM_Task: () => `<returnval type="Task">task-1</returnval>`,
  });
  await at.machines.inspect(["master1"]);
  names = { "vm-1": "old-master1", "vm-2": "master1" };
  await at.machines.powerOff("master1");
  expect(at.stub.calls.filter(({ method }) => method === "PowerOffVM_Task").map(({ args }) => args.textOf("_this"))).toEqual(["vm-2"]);
});

test("is cancelled while the name of its VM is still looked up", async () => {
  const end = new AbortController();
  let answers = true;
  let answer = (): void => {};
  await using at = await scene({
    ...VMS,
    RetrievePropertiesEx: (call) => {
      if (answers) return VMS.RetrievePropertiesEx(call);
      end.abort(new Error("Ctrl-C"));
      return new Promise<string>((resolve) => {
        answer = () => resolve("<returnval/>");
      });
    },
  });
  await at.machines.inspect(["master1"]);
  answers = false;
  await expect(at.machines.powerOff("master1", { signal: end.signal })).rejects.toThrow("Ctrl-C");
  answer();
});

test.each([
  ["connected", undefined],
  ["disconnected", "disconnected"],
  ["inaccessible", "inaccessible"],
])("tells a VM that is %s", async (connection, lost) => {
  const properties = { name: "master1", "runtime.powerState": "poweredOff", "runtime.connectionState": connection };
  await using at = await scene({
    ...VMS,
    RetrievePropertiesEx: () => `<returnval>${object("VirtualMachine", "vm-1", properties)}</returnval>`,
  });
  const [info] = await at.machines.inspect(["master1"]);
  expect(info?.lost).toBe(lost);
  const asked = at.stub.calls.findLast(
    ({ method, args }) => method === "RetrievePropertiesEx" && args.textOf("specSet", "propSet", "pathSet") !== "",
  );
  expect(
    asked?.args
      .find("specSet")
      ?.find("propSet")
      ?.all("pathSet")
      .map(({ text }) => text),
  ).toContain("runtime.connectionState");
});

test("refuses to guess at properties that it may not read", async () => {
  const missing = `<missingSet><path>runtime.powerState</path><fault><fault xsi:type="NoPermission"/><localizedMessage>denied</localizedMessage></fault></missingSet>`;
  await using at = await scene({
    ...VMS,
    RetrievePropertiesEx: () =>
      `<returnval>${object("VirtualMachine", "vm-1", { name: "master1" }).replace("</objects>", `${missing}</objects>`)}</returnval>`,
  });
  const [first] = await linesOf(at.machines.inspect(["master1"]));
  expect(first).toBe("[VSPHERE_FAULT] vSphere refused RetrievePropertiesEx of runtime.powerState");
});

test("logs in once for many calls, and again once when the session has died", async () => {
  let alive = "";
  await using at = await scene({
    ...VMS,
    CreateContainerView: ({ cookie }) => {
      if (alive !== "" && cookie !== alive) return fault("NotAuthenticated", "The session is not authenticated.");
      return VMS.CreateContainerView();
    },
  });
  await Promise.all([1, 2, 3].map(() => at.machines.inspect(["master1"])));
  expect(at.stub.count("Login")).toBe(1);
  const login = at.stub.calls.findLastIndex(({ method }) => method === "Login");
  alive = "another";
  const [first] = await linesOf(at.machines.inspect(["unknown"]));
  expect(first).toBe("[VSPHERE_FAULT] vSphere refused CreateContainerView");
  expect(at.stub.count("Login")).toBe(2);
  expect(at.stub.calls.slice(login + 1).find(({ method }) => method === "Login")?.cookie).toBe("");
});

test("logs in again when each property is missing for want of a session, as vCenter answers a dead one", async () => {
  let isDead = true;
  const missing = `<missingSet><path>name</path><fault><fault xsi:type="NotAuthenticated"/><localizedMessage/></fault></missingSet>`;
  await using at = await scene({
    ...VMS,
    RetrievePropertiesEx: (call) => {
      if (!isDead) return VMS.RetrievePropertiesEx(call);
      isDead = false;
      return `<returnval>${object("VirtualMachine", "vm-1", {}).replace("</objects>", `${missing}</objects>`)}</returnval>`;
    },
  });
  expect(await at.machines.inspect(["master1"])).toMatchObject([{ name: "master1" }]);
  expect(at.stub.count("Login")).toBe(2);
});

test("keeps the password out of transcripts and errors, escaped as it is for XML", async () => {
  await using stub = await startStub({ Login: () => fault("InvalidLogin", "no") });
  const redactor = new Redactor();
  const transcript = new Transcript({ redactor });
  const machines = openMachines(
    { driver: "esx", endpoint: stub.url, credentials: "vsphere" },
    { credentials: { username: "root", password: PASSWORD }, redactor, transcript },
  );
  const lines = await linesOf(machines.inspect(["x"]));
  const everything = inspect([lines, transcript.exchanges()], { depth: 10, maxStringLength: null });
  expect(stub.calls.find(({ method }) => method === "Login")?.args.textOf("password")).toBe(PASSWORD);
  expect(everything).toContain("<password>«redacted»</password>");
  expect(everything).not.toContain("word&quot;");
  await machines.close();
});

test("answers any text in place of SOAP with an error of the house", async () => {
  let text = "";
  await using at = await scene({ RetrieveServiceContent: () => ({ status: 200, text }) });
  await fc.assert(
    fc.asyncProperty(fc.oneof(fc.string(), fc.constantFrom("<a/>", "<Envelope><Body/></Envelope>", "<!DOCTYPE x>")), async (garbage) => {
      text = garbage;
      const [first] = await linesOf(at.machines.inspect(["x"]));
      expect(first).toContain("[RESPONSE_INVALID]");
    }),
    { numRuns: 60 },
  );
});

test.each([
  { status: 404, text: "{}", steps: [] },
  { status: 200, text: "<html/>", steps: [] },
  { status: 200, text: '{"methods":["Login"],"types":["Task"]}', steps: ["snapshotWithoutMemory", "revertPower"] },
])("takes a peer with $text at /about for one with limitations $steps", async ({ status, text, steps }) => {
  const { createServer } = await import("node:http");
  const server = createServer((_request, response) => void response.writeHead(status).end(text));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const machines = openMachines(
    { driver: "esx", endpoint: `http://127.0.0.1:${port}`, credentials: "x" },
    { credentials: { username: "u", password: "p" }, redactor: new Redactor() },
  );
  const told = await machines.limitations();
  await machines.close();
  server.close();
  expect(told.map(({ step }) => step)).toEqual(steps);
});

test("says so when a second session ends as the first one did", async () => {
  await using at = await scene({ ...VMS, CreateContainerView: () => fault("NotAuthenticated", "The session is not authenticated.") });
  expect(await linesOf(at.machines.inspect(["master1"]))).toEqual([
    "[VSPHERE_FAULT] vSphere refused CreateContainerView",
    `  where:   ${at.url}: CreateContainerView`,
    "  because: NotAuthenticated on CreateContainerView: The session is not authenticated.",
    "  fix:     Look who ends the sessions of this account, or how many it may have; it was logged in again once, and that session ended too.",
  ]);
  expect(at.stub.count("Login")).toBe(2);
});

test("names every privilege that vSphere 7.0.3 misses, on the object it names", async () => {
  const missing = [
    `<object type="Folder">group-v3</object><privilegeId>VirtualMachine.State.CreateSnapshot</privilegeId>`,
    `<missingPrivileges><entity type="VirtualMachine">vm-2</entity><privilegeIds>VirtualMachine.State.CreateSnapshot</privilegeIds>`,
    `<privilegeIds>Datastore.AllocateSpace</privilegeIds></missingPrivileges>`,
  ].join("");
  await using at = await scene({ ...VMS, CreateSnapshot_Task: () => fault("NoPermission", "denied", missing) });
  expect((await linesOf(at.machines.snapshot("worker1", { name: "n", description: "" }))).at(-1)).toBe(
    '  fix:     Give the account the privilege VirtualMachine.State.CreateSnapshot, Datastore.AllocateSpace on VM "worker1", or on a folder above it.',
  );
});
