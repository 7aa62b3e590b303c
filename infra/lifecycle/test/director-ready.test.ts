import { expect, test } from "vitest";
import { directorIsUp } from "../src/director-ready.ts";
import { MemoryBed } from "./memory-bed.ts";

const signal = new AbortController().signal;

const workload = (kind: string, name: string, ready: number) => ({
  apiVersion: "apps/v1",
  kind,
  metadata: { name },
  spec: { replicas: 1, selector: { matchLabels: { app: name } } },
  status: { availableReplicas: ready, readyReplicas: ready },
});
const pod = (app: string, isReady: boolean) => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name: `${app}-1`, labels: { app } },
  status: { phase: "Running", conditions: [{ type: "Ready", status: isReady ? "True" : "False" }] },
});

const look = async (ready: { readonly [name: string]: boolean }, { state = "director@1.12.0", withPods = true } = {}): Promise<string> => {
  const bed = new MemoryBed();
  const workloads = Object.entries(ready).map(([name, isReady]) =>
    workload(name === "mysql" ? "StatefulSet" : "Deployment", name, isReady ? 1 : 0),
  );
  const pods = withPods ? Object.entries(ready).map(([name, isReady]) => pod(name, isReady)) : [];
  bed.objects = new Map<string, object[]>([
    ["Deployment", workloads.filter(({ kind }) => kind === "Deployment")],
    ["StatefulSet", workloads.filter(({ kind }) => kind === "StatefulSet")],
    ["Pod", pods],
  ]);
  const seen = await directorIsUp(bed.context, { state, restartedAfterMs: 0, signal });
  return seen.done ? "up" : seen.because;
};

// Of release 1.12.0, mysql starts in the first wave, configs in the second, maya-io in the third.
test.each([
  ["all of it is there", { "maya-io": true, configs: true, mysql: true }, {}, "up"],
  [
    "the first in start order, though it is listed last",
    { "maya-io": false, configs: false, mysql: false },
    {},
    "pod kubera/mysql-1: it is Running and not Ready; it starts in wave 1 of 5 of release 1.12.0",
  ],
  [
    "the second once the first is there",
    { "maya-io": false, configs: false, mysql: true },
    {},
    "pod kubera/configs-1: it is Running and not Ready; it starts in wave 2 of 5 of release 1.12.0",
  ],
  [
    "the first that has no pod",
    { "maya-io": false, configs: false, mysql: true },
    { withPods: false },
    "Deployment kubera/configs lacks 1 pods; it starts in wave 2 of 5 of release 1.12.0",
  ],
  ["one that no profile knows, last", { extra: false, "maya-io": true }, {}, "pod kubera/extra-1: it is Running and not Ready"],
  [
    "what is listed first, of a release without a profile",
    { "maya-io": false },
    { state: "director@9.9.9" },
    "pod kubera/maya-io-1: it is Running and not Ready",
  ],
])("waits for %s", async (...[, ready, options, told]) => {
  expect(await look(ready, options)).toBe(told);
});

test("asks /ping only when every workload serves", async () => {
  const bed = new MemoryBed();
  let pings = 0;
  bed.ping = async () => void (pings += 1);
  bed.objects = new Map([["Deployment", [workload("Deployment", "maya-io", 0)]]]);
  await directorIsUp(bed.context, { state: "director@1.12.0", restartedAfterMs: 0, signal });
  expect(pings).toBe(0);
  bed.objects = new Map([["Deployment", [workload("Deployment", "maya-io", 1)]]]);
  await directorIsUp(bed.context, { state: "director@1.12.0", restartedAfterMs: 0, signal });
  expect(pings).toBe(1);
});
