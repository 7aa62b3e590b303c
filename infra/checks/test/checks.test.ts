import { FakeClock } from "@kubera-e2e/schema/clock";
import { KuberaError } from "@kubera-e2e/schema/kubera-error";
import { describe, expect, test } from "vitest";
import {
  kubeReachable,
  nodeDisk,
  nodesReady,
  registryReachable,
  runChecks,
  vsphereLogin,
  type Check,
  type CheckReport,
  type KubeReader,
} from "../src/index.ts";

const clock = new FakeClock(Date.parse("2026-11-24T00:00:00Z"));
const report = async (check: Check): Promise<CheckReport | undefined> => (await runChecks([check], { clock }))[0];

const refused = new KuberaError("CONNECTION_REFUSED", {
  what: "nothing listens at lab:443",
  where: "w",
  because: "ECONNREFUSED",
  fix: "Start it.",
});

const kube = (answers: { list?: () => unknown[]; raw?: (path: string) => unknown }): KubeReader => ({
  cluster: "server",
  list: async () => answers.list?.() ?? [],
  raw: async (path) => answers.raw?.(path),
});

const fail = (error: Error) => (): never => {
  throw error;
};

const endpoints: readonly { readonly id: string; readonly make: (call: () => void, until?: string) => Check }[] = [
  {
    id: "vsphere-login",
    make: (call, until) => vsphereLogin({ endpoint: "https://lab", login: async () => call() }, { certificateUntil: async () => until }),
  },
  { id: "kube-reachable", make: (call, until) => kubeReachable(kube({ raw: call }), { certificateUntil: async () => until }) },
  {
    id: "registry-reachable",
    make: (call, until) => registryReachable({ url: "https://lab", ping: async () => call() }, { certificateUntil: async () => until }),
  },
];

describe.each(endpoints)("$id", ({ id, make }) => {
  test("passes when the endpoint answers", async () => {
    expect(await report(make(() => {}))).toMatchObject({ id, status: "ok" });
  });

  test("blocks when the endpoint refuses", async () => {
    expect(await report(make(fail(refused)))).toMatchObject({
      status: "blocks",
      measured: "nothing listens at lab:443: ECONNREFUSED",
      remedy: "Start it.",
    });
  });

  test("is unknown when asking goes wrong", async () => {
    expect(await report(make(fail(new TypeError("a defect"))))).toMatchObject({ status: "unknown", measured: "TypeError: a defect" });
  });

  test.each([
    { until: "2026-12-08T00:00:00.000Z", status: "ok" },
    { until: "2026-12-07T23:59:59.000Z", status: "warns" },
  ])("$status with a certificate that ends $until", async ({ until, status }) => {
    expect(await report(make(() => {}, until))).toMatchObject({ status, expiresAt: until });
  });
});

const node = (name: string, conditions: Record<string, string>) => ({
  metadata: { name },
  status: { conditions: Object.entries(conditions).map(([type, status]) => ({ type, status, reason: "R", message: "m" })) },
});

test.each([
  {
    name: "all are ready",
    nodes: [node("n1", { Ready: "True", DiskPressure: "False" })],
    status: "ok",
    measured: "1 of 1 nodes of server are ready",
  },
  { name: "one is not ready", nodes: [node("n1", { Ready: "Unknown" })], status: "blocks", measured: "n1 is not ready (R: m)" },
  { name: "one is missing", nodes: [], status: "blocks", measured: "n1 is not a node of the cluster" },
  { name: "one told nothing", nodes: [node("n1", {})], status: "blocks", measured: "n1 is not ready (it told nothing: no message)" },
  {
    name: "one is under pressure",
    nodes: [node("n1", { Ready: "True", DiskPressure: "True" })],
    status: "blocks",
    measured: "n1 has DiskPressure (m)",
  },
])("nodes-ready: $status when $name", async ({ nodes, status, measured }) => {
  expect(await report(nodesReady(kube({ list: () => nodes }), ["n1"]))).toMatchObject({ status, measured });
});

test("nodes-ready: unknown when the nodes cannot be listed", async () => {
  expect(await report(nodesReady(kube({ list: fail(refused) }), ["n1"]))).toMatchObject({ status: "unknown" });
});

const summary = (fs: number, imageFs: number) => ({
  node: {
    fs: { availableBytes: fs, capacityBytes: 1000 },
    runtime: { imageFs: { availableBytes: imageFs, capacityBytes: 1000 } },
  },
});

test.each([
  { name: "just inside both limits", answer: summary(100, 150), status: "ok", measured: "all of 1 nodes have room" },
  { name: "just outside the limit of fs", answer: summary(99, 500), status: "blocks", measured: "n1 has 9.9 % of its fs free" },
  { name: "just outside the limit of imageFs", answer: summary(500, 149), status: "blocks", measured: "n1 has 14.9 % of its imageFs free" },
  {
    name: "without numbers",
    answer: { node: {} },
    status: "unknown",
    measured: "n1 told nothing of its fs; n1 told nothing of its imageFs",
  },
])("node-disk: $status $name", async ({ answer, status, measured }) => {
  expect(await report(nodeDisk(kube({ raw: () => answer }), ["n1"]))).toMatchObject({ status, measured });
});

test("node-disk: blocks when one node is full although another cannot be asked", async () => {
  const reader = kube({ raw: (path) => (path.includes("/n1/") ? summary(10, 500) : fail(refused)()) });
  expect(await report(nodeDisk(reader, ["n1", "n2"]))).toMatchObject({ status: "blocks", measured: "n1 has 1.0 % of its fs free" });
  expect(await report(nodeDisk(reader, ["n2"]))).toMatchObject({
    status: "unknown",
    measured: "n2 could not be asked ([CONNECTION_REFUSED] nothing listens at lab:443)",
  });
});
