import { mkdirSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { FileLeaseStore } from "@kubera-e2e/run";
import { leaseRecordSchema } from "@kubera-e2e/schema/lease";
import { describe, expect, test } from "vitest";
import { runE2e, startE2e, type Said } from "./run-e2e.ts";
import { workplaceOfTest } from "./workplace.ts";

const BED = `apiVersion: kubera-e2e/v1
kind: TestBed
name: lab
target: real
machines: { driver: none, reason: shared }
clusters: [{ name: c1, role: server, kubeconfig: /c1.yaml, vms: [{ name: v1, node: n1, plane: control }] }]
registry: { url: https://registry.lab }
director: { url: http://director.lab, admin: director-admin }
`;

const labOf = () => {
  const { root, environment } = workplaceOfTest();
  mkdirSync(join(root, "site", "testbeds"), { recursive: true });
  writeFileSync(join(root, "site", "testbeds", "lab.yaml"), BED);
  const all = { ...environment, KUBERA_CONFIG: join(root, "site"), KUBERA_STORE: join(root, "store") };
  return {
    leases: new FileLeaseStore(join(root, "store")),
    e2e: (...args: readonly string[]): Promise<Said> => runE2e(all, ["bed", ...args]),
    start: (...args: readonly string[]) => startE2e(all, ["bed", ...args]),
  };
};

const HOLD = ["hold", "lab", "--until", "2h", "--reason", "new disks"] as const;

describe("a bed that a person holds", () => {
  test("is told by everything that looks at it, kept from who wants it, and given back by hand", async () => {
    const { e2e } = labOf();
    const held = await e2e(...HOLD, "--json");
    expect(held, held.err).toMatchObject({ code: 0, err: "" });
    expect(leaseRecordSchema.parse(JSON.parse(held.out))).toMatchObject({ bed: "lab", state: "held", token: 1, reason: "new disks" });
    expect((await e2e("list")).out).toMatch(/^lab {8}real {7}c1 \(server, 1 VMs\)\n {22}held: .*@.* since .*, until .*: new disks$/m);
    const listed = JSON.parse((await e2e("list", "--json")).out) as { name: string; lease?: unknown }[];
    expect(listed.find(({ name }) => name === "lab")?.lease).toMatchObject({ state: "held", reason: "new disks" });
    const refused = await e2e("restore", "lab", "--state", "bare", "--yes", "--wait", "1s");
    expect(refused.code).toBe(21);
    expect(refused.err).toMatch(/^the bed lab is held: .* since .*, until .*: new disks \(waiting for 1 s at most\)$/m);
    expect(refused.err).toMatch(
      /\[LEASE_HELD\] the bed lab is held by .*\n.*\n {2}because: since .*, until .*: new disks; waited 1 s for it\n/,
    );
    const unsure = await e2e("release", "lab");
    expect(unsure.code).toBe(2);
    expect(unsure.err).toMatch(/^lab is held: .*: new disks\nit is given back as dirty: the next run restores it before any test\n/);
    const released = await e2e("release", "lab", "--yes");
    expect(released.code).toBe(0);
    expect(released.out).toMatch(/^lab is free; its last holder left it dirty: held by .*, given back by .*\n$/);
    expect((await e2e("release", "lab", "--yes")).out).toMatch(/there is nothing to give back\n$/);
  });

  test("is had by who waits for it as soon as it is given back", async () => {
    const { e2e, start, leases } = labOf();
    await e2e(...HOLD);
    const waiting = start("hold", "lab", "--until", "1h", "--reason", "mine now", "--wait", "1m");
    await expect.poll(waiting.errorsSoFar, { interval: 50, timeout: 20_000 }).toContain("new disks");
    await e2e("release", "lab", "--yes");
    expect((await waiting.said).out).toMatch(/^lab is held: .*: mine now\nGive it back earlier: pnpm e2e bed release lab\n$/);
    expect(await leases.read("lab")).toMatchObject({ token: 2, reason: "mine now" });
  });

  test("is not taken from a run that lives, and is from one that died", async () => {
    const { e2e, leases } = labOf();
    await leases.acquire({ bed: "lab", holder: `ann@${hostname()} process 7`, ttlMs: 60_000, reason: "run r1" });
    const refused = await e2e("release", "lab", "--yes");
    expect(refused.code).toBe(21);
    expect(refused.err).toMatch(
      /^\[LEASE_HELD\] the bed lab is in use, and taking it away would let two write to it\n {2}where: {3}bed lab, lease 1\n {2}because: busy: ann@.* since .*, until .*: run r1\n {2}fix: {5}End that run: it gives the bed back\. If its process is gone, the bed is free after the time above, and needs no release\.\n/,
    );
    const lease = await leases.read("lab");
    if (lease !== undefined) await leases.renew(lease, 1);
    const released = await e2e("release", "lab", "--yes");
    expect(released.out).toMatch(/^lab is free; its last holder left it dirty: busy by ann@.*, given back by .*\n$/);
  });

  test("is not held by a slip of the pen", async () => {
    const { e2e, leases } = labOf();
    const said = await e2e("hold", "lab", "--until", "2h", "--reason", "x", "--wait", "soon");
    expect(said.code).toBe(2);
    expect(said.err).toContain(
      [
        "[USAGE] --wait soon is no duration",
        "  where:   --wait",
        "  because: it says how long a bed that somebody else holds is waited for",
        "  fix:     Write 90s, 30m or 1h30m.",
      ].join("\n"),
    );
    expect(await leases.read("lab")).toBeUndefined();
  });
});
