import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { startVcsim, type Vcsim } from "@kubera-e2e/peers";
import { runE2e, type Said } from "./run-e2e.ts";

const BED = join(import.meta.dirname, "..", "..", "testbeds", "konvoy.yaml");

interface BedFile {
  readonly clusters: readonly { readonly vms: readonly { readonly name: string }[] }[];
}

const bed = parse(await readFile(BED, "utf8")) as BedFile;
const VMS = bed.clusters.flatMap(({ vms }) => vms.map(({ name }) => name));

const FLAG = "snapshotWithoutMemory: vcsim keeps the power state at creation as the snapshot's state, whatever the memory flag says";
const REVERT = "revertPower: vcsim's revert moves the current snapshot only: power, disk and boot of the VM stay as they are";

describe.each(["vcenter", "esx"] as const)(`e2e bed against a real vcsim (%s)`, (mode) => {
  let peer: Vcsim;
  let folder: string;
  let environment: Record<string, string>;

  beforeAll(async () => {
    peer = await startVcsim({ mode, vms: VMS });
    folder = await mkdtemp(join(tmpdir(), "kubera-vcsim-"));
    await writeFile(join(folder, "ca.pem"), peer.ca);
    environment = {
      HOME: folder,
      KUBERA_STORE: join(folder, "store"),
      GOVC_URL: peer.url,
      GOVC_USERNAME: peer.username,
      GOVC_PASSWORD: peer.password,
      GOVC_TLS_CA_CERTS: join(folder, "ca.pem"),
    };
  });
  afterAll(async () => {
    await peer.stop();
    await rm(folder, { recursive: true, force: true });
  });

  const e2e = (...args: readonly string[]): Promise<Said> => runE2e(environment, args);

  it("knows all VMs of the bed, and none of its sets", async () => {
    expect(VMS).toHaveLength(18);
    const listed = await e2e("bed", "list", "--json");
    expect(JSON.parse(listed.out)).toContainEqual(expect.objectContaining({ name: "konvoy", target: "real" }));
    const status = await e2e("bed", "status", "konvoy", "--json");
    expect(JSON.parse(status.out)).toMatchObject({ bed: "konvoy", vms: VMS.map((name) => ({ name, power: "on", sets: [] })) });
    const planned = await e2e("bed", "plan", "konvoy", "--state", "bare");
    expect([planned.code, planned.out]).toEqual([22, ""]);
    expect(planned.err).toContain("[SET_MISSING] no VM of the bed konvoy carries a set for the state bare\n");
  });

  it("shows what taking a set would do, and touches nothing without a yes", async () => {
    const plan = await e2e("bed", "snapshot", "konvoy", "--state", "bare", "--dry-run", "--json");
    expect(JSON.parse(plan.out)).toMatchObject({ bed: "konvoy", state: "bare", vms: VMS.map((name) => ({ name, snapshots: 0 })) });
    const refused = await e2e("bed", "snapshot", "konvoy", "--state", "bare");
    expect([refused.code, refused.out]).toEqual([2, ""]);
    expect(refused.err).toContain("take a set of konvoy for bare: power off, snapshot without memory, power on, all 18 VMs\n");
    expect(refused.err).toContain("[USAGE] not confirmed; nothing was touched\n");
    expect(JSON.parse((await e2e("bed", "status", "konvoy", "--json")).out)).toMatchObject({
      vms: VMS.map(() => ({ sets: [], power: "on" })),
    });
  });

  it("takes a set over all VMs, and says what the hypervisor cannot do", async () => {
    const taken = await e2e("bed", "snapshot", "konvoy", "--state", "bare", "--yes");
    expect(taken.code, taken.err).toBe(0);
    expect(taken.out).toMatch(/^konvoy holds the set \d{8}T\d{6}Z for bare: 18 VMs, without memory\n$/);
    for (const name of VMS) expect(taken.err).toMatch(new RegExp(`snapshot +${name} +done`));
    for (const text of [FLAG, REVERT]) expect(taken.err.replaceAll(/ +note +/g, ": ")).toContain(text);
    const status = await e2e("bed", "status", "konvoy");
    expect(status.out).toContain(
      "konvoy is free; its last holder left it dirty: its set was taken and its VMs were powered on again\ndirty, holds bare: its set was taken",
    );
  });

  it("plans a restore of all VMs", async () => {
    const plan = await e2e("bed", "restore", "konvoy", "--state", "bare", "--dry-run", "--json");
    const { groups, limitations } = JSON.parse(plan.out) as {
      groups: { phase: string; steps: { subject: string }[] }[];
      limitations: { step: string; because: string }[];
    };
    expect(groups.map(({ phase, steps }) => [phase, steps.length])).toEqual([
      ["power off", 18],
      ["revert", 18],
      ["same set", 18],
      ["power on control planes", 3],
      ["power on workers", 15],
      ["clock", 3],
      ["nodes ready", 18],
      ["pods back", 3],
      ["fingerprint", 3],
    ]);
    expect(limitations.map(({ step, because: text }) => `${step}: ${text}`)).toEqual([FLAG, REVERT]);
    expect((await e2e("bed", "plan", "konvoy", "--state", "bare")).out).toContain(`cannot be done here: ${REVERT}\n`);
  });

  it("brings all VMs to the same set, and stops there", async () => {
    const restored = await e2e("bed", "restore", "konvoy", "--state", "bare", "--until", "same-set", "--yes");
    expect(restored.code, restored.err).toBe(0);
    expect(restored.out).toMatch(
      /^konvoy: same set \(bare, set \d{8}T\d{6}Z\) in .* s; its VMs are off, and nothing after that was done\n$/,
    );
    for (const name of VMS) expect(restored.err).toMatch(new RegExp(`same set +${name} +done`));
    expect(restored.err).toMatch(/nodes ready +─+ skipped +stopped on purpose after same set\n/);
    const again = await e2e("bed", "restore", "konvoy", "--state", "bare", "--until", "same-set", "--yes", "--json");
    expect(JSON.parse(again.out)).toMatchObject({
      outcome: "same set",
      limitations: [{ step: "snapshotWithoutMemory" }, { step: "revertPower" }],
    });
    expect(JSON.parse((await e2e("bed", "status", "konvoy", "--json")).out)).toMatchObject({
      mark: { state: "dirty", holds: "bare", because: "restored until same set; its VMs are off" },
      vms: VMS.map(() => ({ power: "off", sets: ["bare"] })),
    });
  });

  it("refuses a whole restore, which the hypervisor cannot do, and leaves the bed as it is", async () => {
    const refused = await e2e("bed", "restore", "konvoy", "--state", "bare", "--yes");
    expect([refused.code, refused.out]).toEqual([22, ""]);
    expect(refused.err).toBe(
      [
        "[RESTORE_UNSUPPORTED] the hypervisor of the bed konvoy cannot do snapshotWithoutMemory, revertPower",
        `  where:   ${peer.url}`,
        `  because: ${FLAG}`,
        `           ${REVERT}`,
        "  fix:     Use a real ESX host or vCenter; --until same-set stops before what cannot be done.\n",
      ].join("\n"),
    );
    expect((await e2e("bed", "status", "konvoy")).out).toContain(
      "konvoy is free; its last holder left it dirty: restored until same set; its VMs are off\ndirty, holds bare: restored until same set",
    );
  });

  it("names every VM that is not there", async () => {
    const said = await e2e("bed", "status", "rancher");
    expect([said.code, said.out]).toEqual([22, ""]);
    expect(said.err).toMatch(/^\[MACHINE_MISSING\] .+\n/);
    for (const cluster of ["c1", "c2", "c3"]) expect(said.err).toContain(`rancher-${cluster}-`);
  });

  it.each([
    { title: "a wrong password", wrong: { GOVC_PASSWORD: "wrong" }, code: "VSPHERE_LOGIN_REFUSED", exit: 22 },
    { title: "a certificate nobody vouches for", wrong: { GOVC_TLS_CA_CERTS: "" }, code: "TLS_UNTRUSTED", exit: 22 },
    { title: "a dead port", wrong: { GOVC_URL: "https://127.0.0.1:9/sdk" }, code: "CONNECTION_REFUSED", exit: 22 },
    { title: "a switched-off verification", wrong: { GOVC_INSECURE: "1" }, code: "SETTING_REFUSED", exit: 2 },
  ])("says what is wrong with $title", async ({ wrong, code, exit }) => {
    const said = await runE2e({ ...environment, ...wrong }, ["bed", "status", "konvoy"]);
    expect([said.code, said.out]).toEqual([exit, ""]);
    expect(said.err).toMatch(new RegExp(`^\\[${code}\\] .+\\n  where: .+\\n  because: [^]+\\n  fix: .+`));
  });
});
