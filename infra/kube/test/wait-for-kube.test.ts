import { systemClock } from "@kubera-e2e/schema/clock";
import { isKuberaError } from "@kubera-e2e/schema/kubera-error";
import { notYet, reached } from "@kubera-e2e/schema/wait-until";
import { expect, test } from "vitest";
import { KINDS, probes, waitForKube, type KubeClient } from "../src/index.ts";
import { FakeApi, pod, startFakeApi, type TestObject } from "./fake-api.ts";

const DEPLOYMENT = { namespace: "kubera", name: "maya-io" };
const REF = { namespace: "kubera", name: "maya-io-1" };

const waitForPod = (client: KubeClient, deadlineMs = 5000) => waitForKube({ client, deadlineMs, intervalMs: 50, ...probes.podReady(REF) });

/** A clock that runs, and whose wall shows one time. */
const at = (time: string) => ({ ...systemClock, now: () => Date.parse(time) });

const failureOf = async (wait: Promise<unknown>): Promise<{ code: string; because: string; what: string }> => {
  const error: unknown = await wait.catch((error: unknown) => error);
  if (!isKuberaError(error)) throw new Error(`no error of the house: ${String(error)}`);
  return error;
};

test("ends as soon as the watch tells that it is so", async () => {
  await using api = await startFakeApi();
  await using client = api.open();
  api.put(pod("maya-io-1", false));
  const waited = waitForPod(client);
  setTimeout(() => api.put(pod("maya-io-1", true)), 30);
  expect((await waited).metadata.name).toBe("maya-io-1");
});

test("ends although the server tells nothing", async () => {
  await using api = await startFakeApi();
  await using client = api.open(50);
  api.silent = true;
  const waited = waitForPod(client);
  setTimeout(() => api.put(pod("maya-io-1", true)), 30);
  expect((await waited).metadata.name).toBe("maya-io-1");
});

test("waits for a server that is not there yet, and leaves no watch behind", async () => {
  const away = new FakeApi();
  await away.start();
  const { port } = away;
  const client = away.open(20);
  await away[Symbol.asyncDispose]();
  const waited = waitForPod(client);
  await using api = new FakeApi();
  await api.start(port);
  api.put(pod("maya-io-1", true));
  expect((await waited).metadata.name).toBe("maya-io-1");
  client.close();
});

test("does not call stale what it saw before the server went away", async () => {
  const api = await startFakeApi();
  await using client = api.open(20);
  api.put(pod("maya-io-1", true));
  const seen = client.observe(KINDS.pod, { namespace: "kubera" });
  await waitForPod(client);
  await api[Symbol.asyncDispose]();
  const stale = await failureOf(waitForKube({ client, deadlineMs: 600, stableMs: 500, intervalMs: 20, ...probes.podReady(REF) }));
  seen.close();
  expect(stale.code).toBe("WAIT_DEADLINE");
  expect(stale.because).toContain("cluster server does not answer: nothing listens at 127.0.0.1");
});

const object = (kind: string, name: string, rest: Record<string, unknown> = {}): TestObject => {
  const { metadata = {}, ...body } = rest;
  return { apiVersion: "v1", kind, ...body, metadata: { name, namespace: "kubera", ...(metadata as object) } };
};

const event = (name: string, type: string, rest: Record<string, unknown>): TestObject => object("Event", name, { type, ...rest });

const brokenDeployment = (api: FakeApi): void => {
  const involvedObject = { kind: "Pod", namespace: "kubera", name: "maya-io-1" };
  const owner = (kind: string, name: string) => [{ apiVersion: "apps/v1", kind, name, uid: "u" }];
  api.put(
    object("Deployment", "maya-io", {
      spec: { replicas: 1, selector: { matchLabels: { app: "maya-io" } } },
      status: {
        observedGeneration: 1,
        updatedReplicas: 1,
        conditions: [
          {
            type: "Available",
            status: "False",
            reason: "MinimumReplicasUnavailable",
            message: "no minimum",
            lastTransitionTime: "2026-11-24T10:00:00Z",
          },
          { type: "Progressing", status: "True", reason: "ReplicaSetUpdated", message: "going on" },
        ],
      },
    }),
  );
  api.put(object("ReplicaSet", "maya-io-rs", { metadata: { ownerReferences: owner("Deployment", "maya-io") } }));
  api.put({
    ...pod("maya-io-1", false),
    metadata: { name: "maya-io-1", namespace: "kubera", labels: { app: "maya-io" }, ownerReferences: owner("ReplicaSet", "maya-io-rs") },
    status: {
      phase: "Pending",
      conditions: [{ type: "Ready", status: "False", reason: "ContainersNotReady", message: "not ready: [maya-io]" }],
      containerStatuses: [
        { name: "maya-io", ready: false, restartCount: 0, state: { waiting: { reason: "InvalidImageName", message: "no such name" } } },
      ],
    },
  });
  api.put(event("e1", "Normal", { involvedObject, reason: "Pulling", message: "Pulling image", lastTimestamp: "2026-11-24T10:00:03Z" }));
  api.put(
    event("e2", "Warning", {
      involvedObject,
      reason: "Failed",
      message: "Failed to pull: no such name",
      count: 4,
      lastTimestamp: "2026-11-24T10:00:01Z",
    }),
  );
  api.put(
    event("e3", "Warning", { involvedObject, reason: "BackOff", message: "Back-off pulling image", lastTimestamp: "2026-11-24T10:00:02Z" }),
  );
  api.put(event("e4", "Warning", { involvedObject: { ...involvedObject, name: "other" }, reason: "Failed", message: "of another pod" }));
};

test("ends at once when it can never be, and explains by condition, pod, owners and the most telling event", async () => {
  await using api = await startFakeApi();
  await using client = api.open();
  brokenDeployment(api);
  const failure = await failureOf(
    waitForKube({ client, deadlineMs: 60_000, clock: at("2026-11-24T10:04:12Z"), ...probes.deploymentAvailable(DEPLOYMENT) }),
  );
  expect(failure.code).toBe("WAIT_TERMINAL");
  expect(failure.what).toMatch(/^Deployment kubera\/maya-io is available cannot come true within 0\.\d s$/);
  expect(failure.because.split("\n").map((line) => line.trim())).toEqual([
    "0 of 1 replicas are available; pod maya-io-1: container maya-io: InvalidImageName: no such name",
    "Deployment kubera/maya-io: Available=False since 10:00:00Z, 4 min 12 s (MinimumReplicasUnavailable: no minimum)",
    "Pod kubera/maya-io-1: Ready=False (ContainersNotReady: not ready: [maya-io]); container maya-io is InvalidImageName (no such name)",
    "Pod maya-io-1 is owned by ReplicaSet maya-io-rs, Deployment maya-io",
    "event 2026-11-24T10:00:01.000Z Warning Failed on Pod maya-io-1 ×4: Failed to pull: no such name",
  ]);
});

test("explains what does not exist", async () => {
  await using api = await startFakeApi();
  await using client = api.open();
  const failure = await failureOf(waitForPod(client, 800));
  expect(failure.because.split("\n").map((line) => line.trim())).toEqual([
    "there is no such pod",
    "Pod kubera/maya-io-1 does not exist",
    "no event speaks of Pod kubera/maya-io-1",
  ]);
});

test("refuses a probe that reads a kind it did not name", async () => {
  await using api = await startFakeApi();
  await using client = api.open();
  const wait = waitForKube({
    client,
    what: "nonsense",
    kinds: [KINDS.pod],
    deadlineMs: 1000,
    probe: (view) => (view.list(KINDS.node).length > 0 ? reached(true) : notYet("none")),
  });
  await expect(wait).rejects.toThrow("the probe reads Node of all namespaces, which is not among its kinds");
});

test("shares one watch among waits of one kind and namespace", async () => {
  await using api = await startFakeApi();
  await using client = api.open();
  const waits = Promise.all([waitForPod(client), waitForPod(client), waitForPod(client)]);
  await expect.poll(() => api.watching, { timeout: 5000 }).toBe(2);
  api.put(pod("maya-io-1", true));
  await waits;
  expect(api.requests.filter((request) => request.endsWith("pods watch"))).toHaveLength(1);
  expect(api.requests.filter((request) => request.endsWith("nodes watch"))).toHaveLength(1);
});

test("ends with the signal's own reason when it is cancelled, and leaves no watch behind", async () => {
  await using api = await startFakeApi();
  await using client = api.open();
  const stop = new AbortController();
  const reason = new Error("Ctrl-C");
  const waited = waitForKube({ client, deadlineMs: 60_000, signal: stop.signal, ...probes.podReady(REF) });
  await expect.poll(() => api.watching, { timeout: 5000 }).toBe(2);
  stop.abort(reason);
  await expect(waited).rejects.toBe(reason);
  await expect.poll(() => api.watching, { timeout: 5000 }).toBe(0);
});

test("is content only with what stays", async () => {
  await using api = await startFakeApi();
  await using client = api.open();
  const told: string[] = [];
  api.put(pod("maya-io-1", true));
  const options = { deadlineMs: 20_000, stableMs: 400, intervalMs: 50, onProgress: (because: string) => told.push(because) };
  const waited = waitForKube({ client, ...options, ...probes.podReady(REF) });
  await expect.poll(() => api.watching, { timeout: 5000 }).toBe(2);
  api.put(pod("maya-io-1", false));
  await expect.poll(() => told, { timeout: 5000 }).toContain("pod maya-io-1: its phase is Running");
  api.put(pod("maya-io-1", true));
  expect((await waited).metadata.name).toBe("maya-io-1");
});

test("watches each namespace of a kind for itself", async () => {
  await using api = await startFakeApi();
  await using client = api.open();
  const [one, two] = ["kubera", "openebs"].map((namespace) => client.observe(KINDS.pod, { namespace }));
  await expect.poll(() => api.watching, { timeout: 5000 }).toBe(2);
  one?.close();
  await expect.poll(() => api.watching, { timeout: 5000 }).toBe(1);
  two?.close();
});
