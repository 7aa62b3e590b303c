import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { GUEST_IMAGE, KUBECONFIG, NODES } from "@kubera-e2e/peers/cluster";
import { KINDS, openKube, probes, waitForKube, type KubeClient } from "@kubera-e2e/kube";
import { Redactor } from "@kubera-e2e/schema/redactor";
import { runE2e, type Said } from "./run-e2e.ts";

interface NodeLook {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly status: {
    readonly nodeInfo: { readonly bootID: string };
    readonly conditions: readonly { readonly type: string; readonly status: string }[];
  };
}

interface PodLook {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly status: { readonly podIP: string };
}

const NAMES = NODES.map(({ name }) => name);
const CONFIG_MAP = { apiVersion: "v1", kind: "ConfigMap" } as const;
const MACHINE = join(import.meta.dirname, "..", "..", "..", "tools", "peers", "scripts", "machine.mjs");
const RESTORE_MS = 240_000;

const deployment = (name: string) => ({
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name, namespace: "default" },
  spec: {
    replicas: 6,
    selector: { matchLabels: { app: name } },
    template: {
      metadata: { labels: { app: name } },
      spec: { containers: [{ name: "main", image: GUEST_IMAGE, args: ["serve"] }] },
    },
  },
});

/** One call of the script that drives the machines of the bed, as the exec driver makes it. */
const callMachine = (request: object): Promise<string> =>
  new Promise((resolve, reject) => {
    const child = execFile(MACHINE, (error, stdout) => (error === null ? resolve(stdout) : reject(error)));
    child.stdin?.end(JSON.stringify(request));
  });

describe("e2e bed peers: a restore of real nodes from end to end", () => {
  let folder: string;
  let kube: KubeClient;
  const e2e = (...args: readonly string[]): Promise<Said> => runE2e({ HOME: homedir(), KUBERA_STORE: join(folder, "store") }, args);
  const bootIds = async (): Promise<Map<string, string>> =>
    new Map((await kube.list<NodeLook>(KINDS.node)).map(({ metadata, status }) => [metadata.name, status.nodeInfo.bootID]));
  const available = (name: string) =>
    waitForKube({ client: kube, deadlineMs: 90_000, ...probes.deploymentAvailable({ namespace: "default", name }) });

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "kubera-peers-"));
    kube = openKube({ cluster: "peers", kubeconfigPath: KUBECONFIG, redactor: new Redactor() });
    await kube.apply(deployment("kept"));
    await available("kept");
  });
  afterAll(async () => {
    for (const name of ["kept", "later"]) await kube.delete({ apiVersion: "apps/v1", kind: "Deployment", namespace: "default", name });
    await kube.delete({ ...CONFIG_MAP, namespace: "default", name: "later" });
    kube.close();
    await rm(folder, { recursive: true, force: true });
  });

  it(
    "takes a set over all nodes, without memory, and has them Ready again",
    async () => {
      const taken = await e2e("bed", "snapshot", "peers", "--state", "bare", "--yes");
      expect(taken.code, taken.err).toBe(0);
      expect(taken.out).toMatch(/^peers holds the set \d{8}T\d{6}Z for bare: 4 VMs, without memory\n$/);
      await waitForKube({ client: kube, deadlineMs: 90_000, ...probes.nodesReady(NAMES) });
    },
    RESTORE_MS,
  );

  it(
    "brings back what was there, serving, on nodes with new boot ids, and takes away what came later",
    async () => {
      await available("kept");
      await kube.create(deployment("later"));
      await kube.create({ ...CONFIG_MAP, metadata: { name: "later", namespace: "default" } });
      await available("later");
      await kube.delete({ apiVersion: "apps/v1", kind: "Deployment", namespace: "default", name: "kept" });
      const before = await bootIds();

      const restored = await e2e("bed", "restore", "peers", "--state", "bare", "--yes");
      expect(restored.code, restored.err).toBe(0);
      expect(restored.out).toMatch(/^peers: restored \(bare, set \d{8}T\d{6}Z\) in /);

      const after = await bootIds();
      expect([...after.keys()].toSorted()).toEqual(NAMES);
      for (const [name, bootId] of after) expect(bootId).not.toBe(before.get(name));
      const ready = (await kube.list<NodeLook>(KINDS.node)).flatMap(({ status }) =>
        status.conditions.filter(({ type }) => type === "Ready"),
      );
      expect(ready.map(({ status }) => status)).toEqual(NAMES.map(() => "True"));
      expect(await kube.get({ ...CONFIG_MAP, namespace: "default", name: "later" })).toBeUndefined();
      expect(await kube.get({ apiVersion: "apps/v1", kind: "Deployment", namespace: "default", name: "later" })).toBeUndefined();
      const pods = await kube.list<PodLook>(KINDS.pod, { namespace: "default", labelSelector: "app=kept" });
      const answers = await Promise.all(pods.map(async ({ status }) => (await fetch(`http://${status.podIP}:8080/`)).text()));
      expect(answers.map((text) => text.trim()).toSorted()).toEqual(pods.map(({ metadata }) => metadata.name).toSorted());
      expect(pods).toHaveLength(6);
    },
    RESTORE_MS,
  );

  it(
    "refuses a set that one of the nodes has not, before anything is switched off",
    async () => {
      const before = await bootIds();
      const { machines } = JSON.parse(await callMachine({ verb: "inspect", names: ["peers-3"] })) as {
        readonly machines: readonly [{ readonly snapshots: readonly { readonly id: string }[] }];
      };
      for (const { id } of machines[0].snapshots) await callMachine({ verb: "remove", name: "peers-3", snapshotId: id });

      const refused = await e2e("bed", "restore", "peers", "--state", "bare", "--yes");
      expect([refused.code, refused.err.match(/\[\w+\]/)?.[0]]).toEqual([22, "[SET_MIXED]"]);
      expect(refused.err).toContain("peers-3");
      expect(await bootIds()).toEqual(before);
    },
    RESTORE_MS,
  );
});
