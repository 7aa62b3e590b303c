import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createHttp } from "@kubera-e2e/http";
import { Redactor } from "@kubera-e2e/schema/redactor";
import { parseVsphereAddress } from "../src/esx/address.ts";
import { cloneCall } from "../src/esx/clone-spec.ts";
import { refOf } from "../src/esx/managed-object.ts";
import { Session } from "../src/esx/session.ts";
import { SoapClient } from "../src/esx/soap.ts";
import { TaskWatcher } from "../src/esx/task-watcher.ts";
import { openProvisioner, type ListedMachine, type Provisioner } from "../src/index.ts";
import { MARK_TITLE, refusal } from "./contract-case.ts";
import { readDeviations, TARGETS, type Peer } from "./contract-target.ts";

const absent = new Map(
  await Promise.all(TARGETS.map(async ({ name, absent }): Promise<[string, string | undefined]> => [name, await absent()])),
);
const canBeAsked = TARGETS.filter(({ name }) => absent.get(name) === undefined && !name.startsWith("exec"));

const openOn = ({ login }: Peer): Provisioner => {
  if (login === undefined) throw new TypeError("this peer knows no login");
  const { url, ca, ...credentials } = login;
  return openProvisioner({ driver: "esx", endpoint: url, credentials: "vsphere" }, { credentials, caPem: ca, redactor: new Redactor() });
};

const called = async (provisioner: Provisioner, name: string): Promise<ListedMachine | undefined> =>
  (await provisioner.list()).find((machine) => machine.name === name);

const mustFind = async (provisioner: Provisioner, name: string): Promise<ListedMachine> => {
  const found = await called(provisioner, name);
  if (found === undefined) throw new TypeError(`no VM ${name}`);
  return found;
};

describe.each(canBeAsked)("the inventory of $name", ({ name: target, start }) => {
  let peer: Peer;
  let provisioner: Provisioner;

  beforeAll(async () => {
    peer = await start();
    provisioner = openOn(peer);
  });
  afterAll(async () => {
    await provisioner.close();
    await peer.stop();
  });

  test("lists every VM with power, host and folder, two of one name as two", async () => {
    const listed = await provisioner.list();
    for (const name of [...peer.vms, peer.odd]) {
      const found = listed.find((machine) => machine.name === name);
      expect(found).toMatchObject({ power: "on", isTemplate: false, snapshots: 0 });
      expect(found?.esxHost).toMatch(/\w/);
      expect(found?.folder).toBe("vm");
    }
    const twins = listed.filter(({ name }) => name === peer.twin);
    expect(new Set(twins.map(({ id }) => id)).size).toBe(2);
  });

  test("says whether it clones", async () => {
    const { product, cannotClone } = await provisioner.about();
    expect(product).toMatch(/VMware (vCenter|ESX)/);
    const standalone = "a standalone ESX host has no CloneVM_Task: only a vCenter clones";
    expect(cannotClone).toBe(target === "vcsim ESX" ? standalone : undefined);
  });

  test("destroys no VM that bears no mark, and none of another bed", async () => {
    const machine = await mustFind(provisioner, peer.vms[0] ?? "");
    expect(await refusal(provisioner.destroy(machine, "lab"))).toContain(
      [
        `[DISPOSE_REFUSED] VM "${machine.name}" was not made by a set-up of the bed lab`,
        `  where:   ${peer.login?.url.replace(/\/sdk$/, "")}/sdk: VM "${machine.name}"`,
        "  because: it bears no mark of a set-up",
        "  fix:     Destroy it by hand if it is to go; nothing is destroyed here that was not made here.",
      ].join("\n"),
    );
    expect(await called(provisioner, machine.name)).toMatchObject({ id: machine.id });
  });

  test.runIf(target === "vcsim ESX")("says of a standalone host that it cannot clone", async () => {
    expect(await refusal(provisioner.clone({ template: peer.vms[0] ?? "", name: "new", bed: "lab" }))).toContain(
      '[RESTORE_UNSUPPORTED] VM "new" cannot be cloned here',
    );
  });

  test.runIf(target !== "vcsim ESX")("clones, marks, and destroys what it marked", async () => {
    // vcsim takes a VM's name for a path of files.
    const name = target === "vcsim vCenter" ? "new-one" : "new % one/two";
    const request = { template: peer.vms[0] ?? "", name, bed: "lab" };
    await provisioner.clone(request);
    const made = await mustFind(provisioner, request.name);
    expect(made).toMatchObject({ power: "off", folder: "vm", madeFor: "lab", snapshots: 0 });
    expect(await refusal(provisioner.destroy(made, "another"))).toContain("its mark says that it was made for the bed lab");
    await provisioner.destroy(made, "lab");
    expect(await called(provisioner, request.name)).toBeUndefined();
  });

  test.runIf(target !== "vcsim ESX")("gives a clone its mark with the clone itself", async () => {
    const { url = "", ca = "", username = "", password = "" } = peer.login ?? {};
    const { baseUrl, path } = parseVsphereAddress(url);
    const http = createHttp({ baseUrl, trust: { ca }, redactor: new Redactor() });
    const session = new Session(new SoapClient(http, path), { username, password });
    const call = await cloneCall(session, { template: peer.vms[0] ?? "", name: "marked", bed: "lab" });
    const [task] = await session.call({ method: "CloneVM_Task", ...call });
    const watcher = new TaskWatcher(session);
    if (task !== undefined) await watcher.run(refOf(task), "CloneVM_Task");
    await session.logout();
    http.close();
    const declared = (await readDeviations()).some(({ targets, cases }) => targets.includes(target) && cases.includes(MARK_TITLE));
    const made = await mustFind(provisioner, "marked");
    expect(made.madeFor).toBe(declared ? undefined : "lab");
    if (!declared) await provisioner.destroy(made, "lab");
  });

  test.runIf(target !== "vcsim ESX")("makes several clones of one VM at once", async () => {
    const names = ["c-1", "c-2", "c-3"];
    await Promise.all(names.map((name) => provisioner.clone({ template: peer.vms[0] ?? "", name, bed: "lab" })));
    const listed = (await provisioner.list()).filter(({ madeFor }) => madeFor === "lab");
    expect(listed.map(({ name }) => name)).toEqual(names);
    for (const machine of listed) await provisioner.destroy(machine, "lab");
  });

  test.runIf(target !== "vcsim ESX")("refuses a name that is taken, and names that are not there", async () => {
    const [template = "", taken = ""] = peer.vms;
    expect(await refusal(provisioner.clone({ template, name: taken, bed: "lab" }))).toContain("because: DuplicateName on CloneVM_Task");
    expect(await refusal(provisioner.clone({ template: `${template}x`, name: "n", bed: "lab" }))).toContain(
      `[SETUP_FAILED] the inventory has no VirtualMachine "${template}x"`,
    );
    expect(await refusal(provisioner.clone({ template, name: "n", bed: "lab", datastore: "nowhere" }))).toContain(
      '[SETUP_FAILED] the inventory has no Datastore "nowhere"',
    );
    expect(await called(provisioner, "n")).toBeUndefined();
  });

  test.runIf(target === "simulator")("tells a clone's progress, and leaves nothing of one that was cancelled", async () => {
    const stop = new AbortController();
    const told: number[] = [];
    const onProgress = (percent: number): void => {
      told.push(percent);
      if (percent >= 50) stop.abort(new Error("enough"));
    };
    const work = provisioner.clone({ template: peer.vms[0] ?? "", name: "never", bed: "lab" }, { signal: stop.signal, onProgress });
    expect(await refusal(work)).toBe("Error: enough");
    expect(told.length).toBeGreaterThan(1);
    await expect
      .poll(() => refusal(provisioner.clone({ template: peer.vms[0] ?? "", name: "after", bed: "lab" })))
      .toBe("it was not refused");
    expect(await called(provisioner, "never")).toBeUndefined();
    await provisioner.destroy(await mustFind(provisioner, "after"), "lab");
  });

  test.runIf(target === "simulator")("destroys no VM that is on", async () => {
    await provisioner.clone({ template: peer.vms[0] ?? "", name: "running", bed: "lab" });
    const machine = await mustFind(provisioner, "running");
    const machines = peer.open();
    await machines.powerOn("running");
    expect(await refusal(provisioner.destroy(machine, "lab"))).toContain("because: InvalidPowerState on Destroy_Task");
    await machines.powerOff("running");
    await machines.close();
    await provisioner.destroy(machine, "lab");
  });
});
