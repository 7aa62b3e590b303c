import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startFakeEsxi } from "@kubera-e2e/machines/fake-esxi";
import { runE2e, startE2e } from "./run-e2e.ts";
import { openSimPlace, type SimPlace } from "./sim-place.ts";

let place: SimPlace;
let site = "";
let environment: Readonly<Record<string, string>> = {};

/** A bed whose VMs are yet to be made; its nodes are those of the simulated cluster. */
const bedOf = (name: string, bootstrap: string): string => `apiVersion: kubera-e2e/v1
kind: TestBed
name: ${name}
target: sim
machines: { driver: esx, endpoint: "\${vsphere.url}", credentials: vsphere, trust: { ca: "\${ca}" } }
clusters:
  - name: server
    role: server
    kubeconfig: \${clusters.server.kubeconfig}
    vms:
      - { name: ${name}-master1, node: server-master1, plane: control }
      - { name: ${name}-worker1, node: server-worker1, plane: worker }
registry: { url: "\${registry.url}", trust: { ca: "\${ca}" } }
director: { url: "\${director.url}", admin: director-admin }
setup:
  template: sim-template
  addresses: false
  bootstrap: [{ name: join, argv: [sh, -c, ${JSON.stringify(bootstrap)}] }]
`;

beforeAll(async () => {
  place = await openSimPlace();
  site = join(place.workplace.root, "site");
  mkdirSync(join(site, "testbeds"), { recursive: true });
  environment = { ...place.environment, KUBERA_CONFIG: site };
  declare("fresh", 'while read -r line; do echo "$line"; done < "$BED_HOSTS_FILE" >&2; echo "of $BED_NAME" >&2');
});
afterAll(() => place.close());

const declare = (name: string, bootstrap: string): void => writeFileSync(join(site, "testbeds", `${name}.yaml`), bedOf(name, bootstrap));
const e2e = (...args: readonly string[]) => runE2e(environment, ["bed", ...args]);

describe("e2e bed setup and dispose on the simulated data centre", () => {
  it("shows what it would do, and touches nothing without a yes", async () => {
    const planned = await e2e("setup", "fresh", "--dry-run");
    expect(planned.out).toContain("   fresh-master1          clone of sim-template\n");
    const refused = await e2e("setup", "fresh");
    expect([refused.code, refused.out]).toEqual([2, ""]);
    expect(JSON.parse((await e2e("setup", "fresh", "--dry-run", "--json")).out)).toMatchObject({
      toClone: ["fresh-master1", "fresh-worker1"],
    });
  });

  it("clones, bootstraps, takes the set bare, and leaves nothing when it is disposed of", async () => {
    const done = await e2e("setup", "fresh", "--yes");
    expect(done.code, done.err).toBe(0);
    expect(done.out).toMatch(/^fresh is set up and holds the set \d{8}T\d{6}Z for bare: 2 VMs, without memory\n$/);
    for (const line of ["server-master1\tfresh-master1", "server-worker1\tfresh-worker1", "of fresh"]) expect(done.err).toContain(line);
    expect(JSON.parse((await e2e("status", "fresh", "--json")).out)).toMatchObject({ vms: [{ sets: ["bare"] }, { sets: ["bare"] }] });
    const gone = await e2e("dispose", "fresh", "--yes");
    expect([gone.code, gone.out]).toEqual([0, "fresh: 2 VMs destroyed, nothing is left\n"]);
    expect((await e2e("status", "fresh")).err).toContain("[MACHINE_MISSING] 2 VMs are not in the inventory");
    expect((await e2e("dispose", "fresh", "--yes")).out).toBe("fresh: 0 VMs destroyed, nothing is left\n");
  });

  it("is finished by another computer after it was killed", async () => {
    const go = join(place.workplace.root, "go");
    declare("killed", `echo waiting >&2; while [ ! -e '${go}' ]; do sleep 0.1; done`);
    const first = startE2e(environment, ["bed", "setup", "killed", "--yes"]);
    await expect.poll(() => first.errorsSoFar(), { timeout: 100_000, interval: 50 }).toContain("waiting");
    first.child.kill("SIGKILL");
    await first.said;
    writeFileSync(go, "");
    // What was made is known from the VMs themselves; the killed one's lease is not waited for.
    const elsewhere = (...args: readonly string[]) =>
      runE2e({ ...environment, KUBERA_STORE: join(place.workplace.root, "elsewhere") }, ["bed", ...args]);
    const planned = await elsewhere("setup", "killed", "--dry-run");
    expect(planned.out).toContain("is there, made by an earlier set-up");
    const second = await elsewhere("setup", "killed", "--yes");
    expect(second.code, second.err).toBe(0);
    expect((await elsewhere("dispose", "killed", "--yes")).out).toBe("killed: 2 VMs destroyed, nothing is left\n");
  }, 240_000);

  it("destroys no VM that no set-up made", async () => {
    const refused = await e2e("dispose", "sim", "--yes");
    expect([refused.code, refused.out]).toEqual([22, ""]);
    expect(refused.err).toContain("[DISPOSE_REFUSED] 10 VMs of the bed sim no set-up made; nothing was touched");
  });
});

it("looks at a bed of a standalone host over ssh, and takes a set there", async () => {
  const esxi = startFakeEsxi(["lone-master1", "lone-worker1"]);
  try {
    const { scripts, environment: variables, timeLimit } = esxi.bed;
    const machines = { driver: "exec", scripts, environment: variables, timeLimit: `${timeLimit}ms` };
    const text = bedOf("lone", "true")
      .replace(/machines: .*\n/, `machines: ${JSON.stringify(machines)}\n`)
      .replace(/setup:[\s\S]*/, "");
    writeFileSync(join(site, "testbeds", "lone.yaml"), text);
    const taken = await e2e("snapshot", "lone", "--state", "bare", "--yes");
    expect(taken.code, taken.err).toBe(0);
    const status = JSON.parse((await e2e("status", "lone", "--json")).out) as unknown;
    expect(status).toMatchObject({ vms: [{ name: "lone-master1", esxHost: "esx1.lab.example", sets: ["bare"] }, { sets: ["bare"] }] });
    const restored = await e2e("restore", "lone", "--state", "bare", "--until", "same-set", "--yes");
    expect(restored.code, restored.err).toBe(0);
    const made = await e2e("setup", "lone", "--dry-run");
    expect([made.code, made.err.split("\n")[0]]).toEqual([
      22,
      "[RESTORE_UNSUPPORTED] the VMs of the bed lone can neither be made nor destroyed from here",
    ]);
  } finally {
    esxi.stop();
  }
});
