import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { connect, type AddressInfo, type Socket } from "node:net";
import { dirname, join } from "node:path";
import { buildPeer, peerAvailability, sshdAvailability, startSshd, type Sshd } from "@kubera-e2e/peers";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ROOT, runE2e, type Said } from "./run-e2e.ts";
import { openSimPlace, readValues, type SimPlace } from "./sim-place.ts";

const [ssh, govc] = await Promise.all([sshdAvailability(), peerAvailability("govc")]);
const kubectl = spawnSync("kubectl", ["version", "--client"]).status === 0;
const missing = [
  ...(ssh.available ? [] : [ssh.because]),
  ...(govc.available ? [] : [govc.because]),
  ...(kubectl ? [] : ["there is no kubectl"]),
];
const because = missing.length === 0 ? "" : ` (SKIPPED: ${missing.join("; ")})`;
if (missing.length > 0) process.stderr.write(`SKIPPED: ${missing.join("; ")}, so no bed's shell was opened\n`);

let place: SimPlace;
let environment: Readonly<Record<string, string>> = {};

const declare = (name: string, edit: (yaml: string) => string): void => {
  const yaml = readFileSync(join(ROOT, "infra", "testbeds", "sim.yaml"), "utf8").replace("name: sim\n", `name: ${name}\n`);
  writeFileSync(join(place.workplace.root, "config", "testbeds", `${name}.yaml`), edit(yaml));
};

const shell = (...args: readonly string[]): Promise<Said> => runE2e(environment, ["bed", "shell", ...args]);

beforeAll(async () => {
  place = await openSimPlace();
  const config = join(place.workplace.root, "config");
  mkdirSync(join(config, "testbeds"), { recursive: true });
  environment = { ...place.environment, KUBERA_CONFIG: config };
});
afterAll(() => place.close());

const leftBehind = (): string[] =>
  readdirSync(place.workplace.environment["TMPDIR"] ?? "").filter((name) => name.startsWith("kubera-shell-"));

const NODE = process.execPath;

test("hands on what the command says, its exit code, and leaves nothing behind", async () => {
  declare("lab", (yaml) => yaml);
  const program = `const { statSync } = require("node:fs");
    const { KUBECONFIG, GOVC_URL, GOVC_PASSWORD, NODE_CHANNEL_FD } = process.env;
    console.log(JSON.stringify({ mode: statSync(KUBECONFIG).mode & 0o777, GOVC_URL, long: GOVC_PASSWORD.length > 8, tether: NODE_CHANNEL_FD ?? "none" }));
    process.exit(42);`;
  const said = await shell("lab", "--", NODE, "-e", program);
  expect([said.code, said.err]).toEqual([42, ""]);
  expect(JSON.parse(said.out)).toEqual({ mode: 0o600, GOVC_URL: place.sim.up.vsphere.url, long: true, tether: "none" });
  expect(leftBehind()).toEqual([]);
});

test("starts the user's own shell without a command, and says which variables it has, not their values", async () => {
  const own = join(place.workplace.root, "own-shell");
  writeFileSync(own, `#!${NODE}\nprocess.exit(7);\n`, { mode: 0o755 });
  const said = await runE2e({ ...environment, SHELL: own }, ["bed", "shell", "lab", "--cluster", "member"]);
  expect([said.code, said.out]).toEqual([7, ""]);
  expect(said.err).toMatch(/^lab, cluster member: (?:[A-Z_]+ )*GOVC_PASSWORD (?:[A-Z_]+ )*KUBECONFIG; exit ends it\n$/);
  expect(said.err).not.toContain(readValues(place.sim.up.values).secrets.vsphere.password);
});

test.each([
  { args: ["lab", "--cluster", "membr"], what: "[USAGE] the bed lab has no cluster membr", fix: "Did you mean member?" },
  {
    args: ["lab", "--", "no-such-program"],
    what: "[USAGE] no-such-program cannot be started",
    fix: "Install it, or correct the command behind --.",
  },
])("refuses $args", async ({ args, what, fix }) => {
  const said = await shell(...args);
  expect([said.code, said.out]).toEqual([2, ""]);
  expect(said.err).toContain(`${what}\n`);
  expect(said.err).toContain(`  fix:     ${fix}\n`);
});

describe.skipIf(missing.length > 0)(`foreign programs, unmodified${because}`, () => {
  let sshd: Sshd;
  let path = "";
  beforeAll(async () => {
    sshd = await startSshd();
    path = dirname(await buildPeer("govc"));
  });
  afterAll(() => sshd.stop());

  const behind = (yaml: string): string =>
    yaml.replace("machines:", `access: { via: jump-host, destination: bastion, options: [-F, ${sshd.config}] }\nmachines:`);

  test("kubectl reaches the named cluster through the jump host, and govc says what it does not do", async () => {
    declare("jump", behind);
    const said = await shell("jump", "--cluster", "member", "--", "kubectl", "get", "nodes", "-o", "name");
    expect(said.code, said.err).toBe(0);
    expect(said.out).toContain("node/member-worker1\n");
    const member = place.sim.up.clusters.find(({ name }) => name === "member");
    expect(sshd.log()).toContain(`target 127.0.0.1 port ${new URL(member?.url ?? "").port}`);
    expect(said.err).toBe(
      `note: govc asks no proxy for ${new URL(place.sim.up.vsphere.url).host}: loopback is this computer to it, not the far side\n`,
    );
    await expect.poll(() => sshd.open()).toBe(0);
  });

  test("kubectl trusts a pin that the bed declares in place of the kubeconfig's CA", async () => {
    const trust = await runE2e(environment, ["bed", "trust", "lab", "--json"]);
    const looks = JSON.parse(trust.out) as { readonly endpoint: string; readonly certificate?: { readonly pin: string } }[];
    const pin = looks.find(({ endpoint }) => endpoint === "clusters.server")?.certificate?.pin ?? "";
    declare("pinned", (yaml) => yaml.replace("role: server\n", `role: server\n    trust: { pin: "${pin}" }\n`));
    const said = await shell("pinned", "--", "kubectl", "get", "nodes", "-o", "name");
    expect([said.code, said.out.split("\n")[0], said.err]).toEqual([0, "node/server-master1", ""]);
    declare("pinned", (yaml) => yaml.replace("role: server\n", `role: server\n    trust: { pin: "sha256:${"0".repeat(64)}" }\n`));
    expect((await shell("pinned", "--", "kubectl", "get", "nodes")).err).toContain("[TLS_PIN_MISMATCH]");
  });

  test("govc reaches vSphere through a proxy that alone knows its name", async () => {
    const asked: string[] = [];
    const proxy = createServer().on("connect", (request, socket: Socket) => {
      asked.push(`${request.url ?? ""} ${request.headers["proxy-authorization"] ?? "without credentials"}`);
      const far = connect(Number(new URL(place.sim.up.vsphere.url).port), "127.0.0.1", () => {
        socket.write("HTTP/1.1 200 Connection established\r\n\r\n");
        far.pipe(socket).pipe(far);
      });
      socket.on("error", () => far.destroy());
    });
    await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
    const { port } = proxy.address() as AddressInfo;
    declare("proxied", (yaml) =>
      yaml
        .replace("endpoint: ${vsphere.url}", "endpoint: https://vcenter.sim.local/sdk")
        .replace("machines:", `access: { via: proxy, url: "http://127.0.0.1:${port}", credentials: site-proxy }\nmachines:`),
    );
    const secrets = { KUBERA_SECRET_SITE_PROXY_USERNAME: "ann", KUBERA_SECRET_SITE_PROXY_PASSWORD: "pr0xy-pass" };
    const searchPath = `${path}:${process.env["PATH"] ?? ""}`;
    const said = await runE2e({ ...environment, ...secrets, PATH: searchPath }, ["bed", "shell", "proxied", "--", "govc", "about"]);
    expect([said.code, said.err]).toEqual([0, ""]);
    expect(said.out).toContain("API version:");
    expect(new Set(asked)).toEqual(new Set([`vcenter.sim.local:443 Basic ${Buffer.from("ann:pr0xy-pass").toString("base64")}`]));
    proxy.closeAllConnections();
    proxy.close();
  });
});
