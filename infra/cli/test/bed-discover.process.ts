import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { sshdAvailability, startSshd, startVcsim, type Vcsim } from "@kubera-e2e/peers";
import { runE2e } from "./run-e2e.ts";

const VMS = ["lab-c1-master1", "lab-c1-worker1", "lab-c2-master1", "jump"];

const jumpHost = await sshdAvailability();

describe.each(["vcenter", "esx"] as const)(`e2e bed discover against a real vcsim (%s)`, (mode) => {
  let peer: Vcsim;
  let folder: string;
  let pin = "";

  beforeAll(async () => {
    peer = await startVcsim({ mode, vms: VMS });
    folder = await mkdtemp(join(tmpdir(), "kubera-discover-"));
  });
  afterAll(async () => {
    await peer.stop();
    await rm(folder, { recursive: true, force: true });
  });

  const e2e = (...args: readonly string[]) =>
    runE2e({ HOME: folder, KUBERA_CONFIG: folder, GOVC_URL: peer.url, GOVC_USERNAME: peer.username, GOVC_PASSWORD: peer.password }, [
      "bed",
      "discover",
      ...args,
    ]);

  it("shows the fingerprint of a certificate that nobody vouches for, and how to pin it", async () => {
    const refused = await e2e();
    expect([refused.code, refused.out]).toEqual([22, ""]);
    pin = /run again with --pin (sha256:[0-9a-f]{64}),/.exec(refused.err)?.[1] ?? "";
    expect(pin).not.toBe("");
    expect(refused.err).not.toContain(peer.password);
  });

  it("prints a bed's file", async () => {
    const printed = await e2e("--pin", pin, "--pattern", "lab-*");
    expect(printed.code, printed.err).toBe(0);
    expect(printed.out).toContain("  - name: lab-c2\n    role: member\n");
    expect(printed.out).not.toContain("jump");
  });

  it.skipIf(!jumpHost.available)("reads it through a jump host, and writes the way down", async () => {
    const sshd = await startSshd();
    try {
      const printed = await e2e("--pin", pin, "--jump-host", "bastion", "--ssh-option=-F", `--ssh-option=${sshd.config}`);
      expect(printed.code, printed.err).toBe(0);
      expect(printed.out).toContain(`access: {"via":"jump-host","destination":"bastion","options":["-F",${JSON.stringify(sshd.config)}]}`);
      expect(sshd.log()).toContain(`target 127.0.0.1 port ${new URL(peer.url).port}`);
      await expect.poll(() => sshd.open()).toBe(0);
    } finally {
      await sshd.stop();
    }
  });

  it.each([
    [["--jump-host", "bastion", "--proxy", "http://proxy:3128"], "--jump-host and --proxy", "there is one way to an endpoint"],
    [["--ssh-option=-F"], "--ssh-option", "no ssh is started without a jump host"],
    [["--proxy-secret", "proxy"], "--proxy-secret", "it belongs to a proxy"],
    [["--proxy", "ftp://proxy"], "--proxy", "write http://host:port or socks5://host:port, without credentials"],
    [["--jump-host", "bastion", "--ssh-option="], "--ssh-option", "Too small"],
    [["--ca", "/none.pem"], "--ca /none.pem", "no such file"],
    [["--name", "Lab_2"], "--name Lab_2", "use lower-case letters, digits and dashes"],
  ])("refuses %j before anything is asked", async (flags, where, because) => {
    const refused = await e2e(...flags);
    expect([refused.code, refused.out]).toEqual([2, ""]);
    expect(refused.err).toContain(`where:   ${where}\n`);
    expect(refused.err).toContain(because);
  });

  it("writes a file that other commands use, once", async () => {
    expect(await e2e("--pin", pin, "--write", "--name", "found")).toMatchObject({ code: 0 });
    const written = await readFile(join(folder, "testbeds", "found.yaml"), "utf8");
    const again = await e2e("--pin", pin, "--write", "--name", "found");
    expect([again.code, again.err]).toEqual([
      2,
      [
        "[FILE_EXISTS] the bed's file is there already, and is left as it is",
        `  where:   ${join(folder, "testbeds", "found.yaml")}`,
        "  because: somebody may have filled it in by hand",
        "  fix:     Give another --name, or leave --write out and compare what is printed.\n",
      ].join("\n"),
    ]);
    expect(await readFile(join(folder, "testbeds", "found.yaml"), "utf8")).toBe(written);
    const status = await runE2e(
      { HOME: folder, KUBERA_CONFIG: folder, KUBERA_STORE: folder, GOVC_USERNAME: peer.username, GOVC_PASSWORD: peer.password },
      ["bed", "status", "found", "--json"],
    );
    expect(JSON.parse(status.out)).toMatchObject({
      vms: [{ name: "lab-c1-master1" }, { name: "lab-c1-worker1" }, { name: "lab-c2-master1" }],
    });
  });
});
