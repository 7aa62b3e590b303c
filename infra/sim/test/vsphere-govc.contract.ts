import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { buildPeer, peerAvailability } from "@kubera-e2e/peers";
import { CREDENTIALS, openLab, type Lab } from "./vsphere-kit.ts";

const run = promisify(execFile);

interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

const availability = await peerAvailability("govc");
let binary = "";
let folder = "";

beforeAll(async () => {
  if (!availability.available) return;
  binary = await buildPeer("govc");
  folder = await mkdtemp(join(tmpdir(), "kubera-e2e-govc-"));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

const govc = async (lab: Lab, args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Ran> => {
  const caPath = join(folder, `${new URL(lab.server.url).port}.pem`);
  await writeFile(caPath, lab.caPem);
  const environment = {
    HOME: folder,
    GOVC_URL: lab.server.url,
    GOVC_USERNAME: CREDENTIALS.username,
    GOVC_PASSWORD: CREDENTIALS.password,
    GOVC_TLS_CA_CERTS: caPath,
    ...env,
  };
  try {
    const { stdout, stderr } = await run(binary, [...args], { env: environment, timeout: 20_000 });
    return { code: 0, out: stdout.trim(), err: stderr.trim() };
  } catch (error) {
    const failed = error as { code?: number; stdout?: string; stderr?: string };
    return { code: failed.code ?? -1, out: failed.stdout?.trim() ?? "", err: failed.stderr?.trim() ?? "" };
  }
};

const open = async (): Promise<Lab> => {
  const lab = await openLab({ speed: 100 });
  onTestFinished(() => lab.server.close());
  return lab;
};

const reason = availability.available ? "" : ` (not run: ${availability.because})`;

describe.skipIf(!availability.available)(`govc, unmodified${reason}`, () => {
  it("lists the inventory", async () => {
    const lab = await open();
    expect((await govc(lab, ["ls"])).out.split("\n")).toEqual(["/SimDC/vm", "/SimDC/host", "/SimDC/datastore", "/SimDC/network"]);
    expect((await govc(lab, ["ls", "/SimDC/vm"])).out.split("\n")).toEqual(["/SimDC/vm/one", "/SimDC/vm/two"]);
    expect((await govc(lab, ["find", "/", "-type", "h"])).out.split("\n")).toEqual(["/SimDC/host/esx-a/esx-a", "/SimDC/host/esx-b/esx-b"]);
    expect(lab.log).toEqual([]);
  });

  it("powers a VM on and off, and is refused the second time", async () => {
    const lab = await open();
    expect((await govc(lab, ["vm.power", "-on", "one"])).out).toBe("Powering on VirtualMachine:vm-101... OK");
    expect(lab.dataCenter.machines[0]?.powerState).toBe("poweredOn");
    const again = await govc(lab, ["vm.power", "-on", "one"]);
    expect([again.code, again.err]).toEqual([
      1,
      expect.stringContaining("The attempted operation cannot be performed in the current state (Powered on)."),
    ]);
    expect((await govc(lab, ["vm.power", "-off", "one", "two"])).err).toContain("(Powered off)");
    expect(lab.dataCenter.machines[0]?.powerState).toBe("poweredOff");
  });

  it("takes snapshots, shows their tree, reverts and removes them", async () => {
    const lab = await open();
    await govc(lab, ["vm.power", "-on", "one"]);
    await govc(lab, ["snapshot.create", "-vm", "one", "-m=false", "-d", 'said "so"\nhere', "bare"]);
    await govc(lab, ["snapshot.create", "-vm", "one", "-m=true", "with memory"]);
    expect(lab.dataCenter.machines[0]?.rootSnapshots[0]?.description).toBe('said "so"\nhere');
    expect((await govc(lab, ["snapshot.tree", "-vm", "one", "-i"])).out.split("\n")).toEqual([
      "[snapshot-101-1]  bare",
      "  [snapshot-101-2]  with memory",
      "  [snapshot-101-2]  .",
    ]);
    const state = async (): Promise<string> => (await govc(lab, ["object.collect", "-s", "/SimDC/vm/one", "runtime.powerState"])).out;
    await govc(lab, ["snapshot.revert", "-vm", "one", "bare"]);
    expect(await state()).toBe("poweredOff");
    await govc(lab, ["snapshot.revert", "-vm", "one", "with memory"]);
    expect(await state()).toBe("poweredOn");
    await govc(lab, ["snapshot.remove", "-vm", "one", "*"]);
    expect((await govc(lab, ["snapshot.tree", "-vm", "one"])).out).toBe("");
    expect(lab.log).toEqual([]);
  });

  it("reads a VM, whole and in part", async () => {
    const lab = await open();
    const info = JSON.parse((await govc(lab, ["vm.info", "-json", "-r", "two"])).out) as {
      virtualMachines: { name: string; config: { uuid: string } }[];
    };
    expect(info.virtualMachines.map((vm) => [vm.name, vm.config.uuid])).toEqual([["two", lab.dataCenter.machines[1]?.uuid]]);
    expect((await govc(lab, ["vm.info", "-r", "two"])).out).toMatch(
      /Power state:\s+poweredOff[\s\S]*Host:\s+esx-b[\s\S]*Storage:\s+sim-datastore/,
    );
    expect((await govc(lab, ["object.collect", "/SimDC/vm/two"])).out).toMatch(/^layoutEx\s+types\.VirtualMachineFileLayoutEx/m);
    expect((await govc(lab, ["vm.info", "-vm.uuid", lab.dataCenter.machines[1]?.uuid ?? ""])).out).toMatch(/^Name:\s+two/);
  });

  it("changes an annotation, and is told what cannot be changed", async () => {
    const lab = await open();
    await govc(lab, ["vm.change", "-vm", "one", "-annotation", "mine"]);
    expect((await govc(lab, ["object.collect", "-s", "/SimDC/vm/one", "config.annotation"])).out).toBe("mine");
    const refused = await govc(lab, ["vm.change", "-vm", "one", "-m", "1024"]);
    expect([refused.code, refused.err]).toEqual([1, expect.stringContaining("not memoryMB")]);
  });

  it("tells tasks and events", async () => {
    const lab = await open();
    await govc(lab, ["vm.power", "-on", "one"]);
    expect((await govc(lab, ["tasks"])).out).toMatch(/PowerOnVM\s+one\s+tester@vsphere.local.*success/);
    expect((await govc(lab, ["tasks", "-s", "success", "/SimDC/vm/one"])).out).toMatch(/PowerOnVM\s+one/);
    expect((await govc(lab, ["events", "/SimDC/vm/one"])).out).toMatch(/\[info\] Task: PowerOnVM.*\n.*\[info\] one is powered on/);
    expect((await govc(lab, ["session.ls"])).out).toContain(CREDENTIALS.username);
  });

  it("is refused a wrong password, and an unknown CA", async () => {
    const lab = await open();
    expect((await govc(lab, ["ls"], { GOVC_PASSWORD: "wrong" })).err).toContain(
      "Cannot complete login due to an incorrect user name or password.",
    );
    expect((await govc(lab, ["ls"], { GOVC_TLS_CA_CERTS: "" })).err).toContain("certificate signed by unknown authority");
  });

  it("is told that the simulator does not do a thing, which is logged", async () => {
    const lab = await open();
    const refused = await govc(lab, ["vm.power", "-s", "one"]);
    expect([refused.code, refused.err]).toEqual([1, expect.stringContaining("The method ShutdownGuest is not known")]);
    expect(lab.log).toEqual(["vsphere: MethodNotFound: The method ShutdownGuest is not known to the simulated VirtualMachine vm-101."]);
  });
});
