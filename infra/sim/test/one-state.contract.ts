import { execFile, spawnSync } from "node:child_process";
import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { buildPeer, peerAvailability } from "@kubera-e2e/peers";
import { startSim, type RunningSim } from "../src/index.ts";

const run = promisify(execFile);

const govcFound = await peerAvailability("govc");
const missing = [
  ...["kubectl", "skopeo"].filter((program) => spawnSync(program, ["--version"]).error !== undefined),
  ...(govcFound.available ? [] : [`govc (${govcFound.because})`]),
];
const because = missing.length === 0 ? "" : ` (not run: there is no ${missing.join(", no ")})`;
if (missing.length > 0) process.stdout.write(`one-state.contract.ts${because}\n`);

const manifest = (image: string): object => ({
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name: "web" },
  spec: {
    replicas: 2,
    selector: { matchLabels: { app: "web" } },
    template: { metadata: { labels: { app: "web" } }, spec: { containers: [{ name: "main", image }] } },
  },
});

interface ValuesFile {
  readonly secrets: { readonly vsphere: { readonly username: string; readonly password: string } };
}

describe.skipIf(missing.length > 0)(`one data centre behind kubectl, govc and skopeo${because}`, () => {
  let sim: RunningSim;
  let folder: string;
  let govcBinary: string;
  let govcEnvironment: Record<string, string>;
  let machines: readonly string[];

  beforeAll(async () => {
    govcBinary = await buildPeer("govc");
    sim = await startSim({ speed: 100, shared: false });
    folder = await mkdtemp(join(tmpdir(), "kubera-one-state-"));
    await mkdir(join(folder, "certs"));
    await copyFile(sim.up.ca, join(folder, "certs", "ca.crt"));
    const { secrets } = JSON.parse(await readFile(sim.up.values, "utf8")) as ValuesFile;
    govcEnvironment = {
      HOME: folder,
      GOVC_URL: sim.up.vsphere.url,
      GOVC_USERNAME: secrets.vsphere.username,
      GOVC_PASSWORD: secrets.vsphere.password,
      GOVC_TLS_CA_CERTS: sim.up.ca,
    };
    machines = (await govc("find", "/", "-type", "m", "-name", "sim-server-*")).split("\n").map((path) => path.split("/").at(-1) ?? "");
  });
  afterAll(async () => {
    await sim.close();
    await rm(folder, { recursive: true, force: true });
  });

  const govc = async (...args: readonly string[]): Promise<string> =>
    (await run(govcBinary, [...args], { env: govcEnvironment, timeout: 30_000 })).stdout.trim();

  const kubectl = async (...args: readonly string[]): Promise<string> => {
    const kubeconfig = sim.up.clusters.find(({ name }) => name === "server")?.kubeconfig ?? "";
    const own = ["--kubeconfig", kubeconfig, "--cache-dir", join(folder, "cache")];
    return (await run("kubectl", [...own, ...args], { timeout: 60_000 })).stdout.trim();
  };

  /** By node. */
  const bootIds = async (): Promise<Record<string, string>> => {
    const text = await kubectl("get", "nodes", "-o", 'jsonpath={range .items[*]}{.metadata.name} {.status.nodeInfo.bootID}{"\\n"}{end}');
    return Object.fromEntries(text.split("\n").map((line) => line.split(" ") as [string, string]));
  };

  /** How often the containers of the Deployment were started again. */
  const restarts = async (): Promise<number[]> => {
    const path = "jsonpath={.items[*].status.containerStatuses[*].restartCount}";
    return (await kubectl("get", "pods", "-l", "app=web", "-o", path)).split(" ").map(Number);
  };

  const snapshotAll = async (name: string, memory: boolean): Promise<void> => {
    await Promise.all(machines.map((machine) => govc("snapshot.create", "-vm", machine, `-m=${memory}`, name)));
  };
  const revertAll = async (name: string): Promise<void> => {
    await Promise.all(machines.map((machine) => govc("snapshot.revert", "-vm", machine, name)));
  };

  /** An API server that is booting refuses connections, and before it nodes are what they were when they died. */
  const untilBootIdsChange = (before: Readonly<Record<string, string>>): Promise<void> =>
    expect
      .poll(
        async () => {
          const now = await bootIds().catch(() => before);
          return Object.entries(now).filter(([node, id]) => before[node] === id).length;
        },
        { interval: 100, timeout: 20_000 },
      )
      .toBe(0);

  it("runs what kubectl applies from what skopeo pushed", async () => {
    const { host } = new URL(sim.up.registry.url);
    const trust = ["--src-cert-dir", "--dest-cert-dir"].map((flag) => `${flag}=${join(folder, "certs")}`);
    await run("skopeo", ["copy", "--all", ...trust, `docker://${host}/mayadata/maya-ui:1.12.0`, `docker://${host}/team/web:1`]);
    await writeFile(join(folder, "web.json"), JSON.stringify(manifest(`${host}/team/web:1`)));
    expect(await kubectl("apply", "-f", join(folder, "web.json"))).toBe("deployment.apps/web created");
    expect(await kubectl("wait", "deployment/web", "--for=condition=Available", "--timeout=30s")).toBe("deployment.apps/web condition met");
    expect(await kubectl("logs", "deployment/web")).toBe("main is starting\nmain is ready");
    expect(await kubectl("get", "pods", "-l", "app=web", "--no-headers")).toMatch(/^(web-\S+ +1\/1 +Running +0 +\S+\n?){2}$/);
  });

  it("boots anew into a snapshot without memory, with what was there when it was taken", async () => {
    expect(machines).toHaveLength(4);
    const before = await bootIds();
    await snapshotAll("cold", false);
    expect(await kubectl("delete", "deployment", "web")).toContain("deleted");
    await expect(kubectl("get", "deployment", "web")).rejects.toThrow(/NotFound/);
    await govc("vm.power", "-off", ...machines);
    await revertAll("cold");
    await expect(kubectl("get", "nodes", "--request-timeout=1s")).rejects.toThrow(/refused|reset|EOF|Unable to connect/);
    await govc("vm.power", "-on", ...machines);
    await untilBootIdsChange(before);
    expect(await kubectl("wait", "nodes", "--all", "--for=condition=Ready", "--timeout=30s")).toContain("server-worker3 condition met");
    expect(await kubectl("wait", "deployment/web", "--for=condition=Available", "--timeout=30s")).toContain("condition met");
    expect(Object.keys(await bootIds())).toEqual(Object.keys(before));
    await expect.poll(restarts, { interval: 100, timeout: 20_000 }).toEqual([1, 1]);
  });

  it("resumes the old boot from a snapshot with memory", async () => {
    const before = await bootIds();
    await snapshotAll("warm", true);
    expect(await kubectl("delete", "deployment", "web")).toContain("deleted");
    await govc("vm.power", "-off", ...machines);
    await revertAll("warm");
    await expect.poll(() => bootIds().catch(() => ({})), { interval: 100, timeout: 20_000 }).toEqual(before);
    expect(await kubectl("wait", "deployment/web", "--for=condition=Available", "--timeout=30s")).toContain("condition met");
    expect(await restarts()).toEqual([1, 1]);
    expect((await govc("snapshot.tree", "-vm", machines[0] ?? "")).split("\n").map((line) => line.trim())).toEqual([
      expect.stringContaining("bare") as string,
      "cold",
      "warm",
      ".",
    ]);
  });
});
