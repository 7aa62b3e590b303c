import { execFile, execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Program } from "../../src/kubernetes/program.ts";
import { openClusterBed, type ClusterBed } from "./cluster-bed.ts";

const run = promisify(execFile);

const hasKubectl = (): boolean => {
  try {
    execFileSync("kubectl", ["version", "--client"]);
    return true;
  } catch {
    process.stderr.write("SKIPPED: kubectl is not installed, so the cluster was not proven against it\n");
    return false;
  }
};

const talkative: Program = {
  start: (context) => {
    for (const line of ["one", "two", "three"]) context.log(line);
    const ended = context.time.delay(100_000, context.signal).then(() => {
      context.log("four");
      return { exitCode: 0 };
    });
    return { ready: () => true, ended };
  },
};

const helpful: Program = {
  start: () => ({
    ready: () => true,
    commands: { tell: (args) => ({ exitCode: args.length, stdout: `${args.join(",")}\n`, stderr: "told\n" }) },
  }),
};

const manifest = (image: string): object => ({
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name: "web", namespace: "default" },
  spec: {
    replicas: 2,
    selector: { matchLabels: { app: "web" } },
    template: { metadata: { labels: { app: "web" } }, spec: { containers: [{ name: "main", image }] } },
  },
});

describe.skipIf(!hasKubectl())("a cluster, spoken to by kubectl", () => {
  let bed: ClusterBed;
  let folder: string;
  const kubectl = async (...args: string[]): Promise<string> => {
    const { stdout } = await run("kubectl", ["--kubeconfig", join(folder, "config"), "--cache-dir", join(folder, "cache"), ...args]);
    return stdout;
  };

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "sim-kubectl-"));
    bed = await openClusterBed({
      programs: [
        ["test/task", talkative],
        ["test/server", helpful],
      ],
    });
    writeFileSync(join(folder, "config"), bed.cluster.api.kubeconfig);
    await bed.untilNodesReady();
  });
  afterAll(async () => {
    await bed.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it("lists the nodes as Ready", async () => {
    const rows = (await kubectl("get", "nodes", "--no-headers")).trim().split("\n");
    expect(rows.map((row) => row.split(/\s+/).slice(0, 3))).toEqual([
      ["server-master1", "Ready", "control-plane"],
      ["server-worker1", "Ready", "<none>"],
      ["server-worker2", "Ready", "<none>"],
      ["server-worker3", "Ready", "<none>"],
    ]);
  });

  it("applies a deployment, waits for it and rolls it on", async () => {
    const path = join(folder, "web.json");
    writeFileSync(path, JSON.stringify(manifest(bed.image("server:1"))));
    await kubectl("apply", "-f", path);
    expect(await kubectl("wait", "deployment/web", "--for=condition=Available", "--timeout=10s")).toContain("condition met");
    writeFileSync(path, JSON.stringify(manifest(bed.image("server:2"))));
    await kubectl("apply", "-f", path);
    expect(await kubectl("rollout", "status", "deployment/web", "--timeout=10s")).toContain('deployment "web" successfully rolled out');
  });

  it("tails and follows a log until its container ends", async () => {
    bed.pod("talk", { image: "task:1", restartPolicy: "Never" });
    await kubectl("wait", "pod/talk", "--for=condition=Ready", "--timeout=10s");
    expect(await kubectl("logs", "talk", "--tail=2")).toBe("two\nthree\n");
    expect(await kubectl("logs", "talk", "-f")).toBe("one\ntwo\nthree\nfour\n");
  });

  it("runs commands in a container, and takes their exit code over", async () => {
    bed.pod("help", {});
    await kubectl("wait", "pod/help", "--for=condition=Ready", "--timeout=10s");
    expect(await kubectl("exec", "help", "--", "tell")).toBe("\n");
    await expect(kubectl("exec", "help", "--", "tell", "a b", "c")).rejects.toMatchObject({
      code: 2,
      stdout: "a b,c\n",
      stderr: "told\ncommand terminated with exit code 2\n",
    });
    await expect(kubectl("exec", "help", "--", "nope")).rejects.toMatchObject({
      stderr: expect.stringContaining('exec: "nope": executable file not found in $PATH') as string,
    });
    await expect(kubectl("exec", "-c", "other", "help", "--", "tell")).rejects.toMatchObject({
      stderr: "Error from server (BadRequest): container other is not valid for pod help\n",
    });
  });

  it("reads what a node says of its disk", async () => {
    const summary = JSON.parse(await kubectl("get", "--raw", "/api/v1/nodes/server-worker1/proxy/stats/summary")) as {
      node: { nodeName: string; fs: { capacityBytes: number; availableBytes: number; inodesFree: number } };
    };
    expect(summary.node.nodeName).toBe("server-worker1");
    expect(summary.node.fs.capacityBytes).toBe(100 * 1024 ** 3);
    expect(summary.node.fs.availableBytes).toBeLessThan(summary.node.fs.capacityBytes);
    expect(summary.node.fs.inodesFree).toBeGreaterThan(0);
  });

  it("deletes a namespace with what runs in it", async () => {
    await kubectl("create", "namespace", "short");
    await kubectl("-n", "short", "create", "deployment", "d", `--image=${bed.image("server:1")}`);
    await kubectl("-n", "short", "wait", "deployment/d", "--for=condition=Available", "--timeout=10s");
    await kubectl("delete", "namespace", "short", "--timeout=10s");
    expect(await kubectl("get", "pods", "-n", "short", "-o", "name")).toBe("");
  });
});
