import { FakeClock } from "@kubera-e2e/schema/clock";
import { KuberaError } from "@kubera-e2e/schema/kubera-error";
import { Redactor } from "@kubera-e2e/schema/redactor";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { PodLogs } from "../../src/recorder/pod-logs.ts";

const START = "2026-11-24T10:00:00Z";

const refused = new KuberaError("KUBE_REFUSED", {
  what: "the log of the former run was refused",
  where: "GET /log",
  because: "no such run is there",
  fix: "Look at the pod.",
  cause: { status: 400 },
});

const podWith = (containerID: string, restartCount: number, deletionTimestamp?: string): object => ({
  metadata: { namespace: "kubera", name: "pod", uid: "u", creationTimestamp: "2026-11-24T10:01:00Z", deletionTimestamp },
  status: {
    containerStatuses: [{ name: "c", restartCount, containerID, state: { running: { startedAt: START } } }],
  },
});

/** What is asked for until the cluster is set back. */
const BEFORE = ["former", "present"];

let folder: string;
let clock: FakeClock;
let end: AbortController;
let logs: PodLogs;
let asked: string[];

/** A log that tells one line at once, and goes on. */
const lineOf = async function* (words: string, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  yield Buffer.from(`2026-11-24T10:01:01Z ${words}\n`);
  if (!signal.aborted) await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
  throw new Error("left");
};

const kube = {
  cluster: "server",
  follow: () => Promise.resolve(),
  followLogs: ({ previous }: { readonly previous?: boolean }, { signal }: { readonly signal: AbortSignal }) => {
    asked.push(previous === true ? "former" : "present");
    return previous === true ? Promise.reject(refused) : Promise.resolve(lineOf(`reading ${asked.length}`, signal));
  },
};

const step = async (ms: number): Promise<void> => {
  for (let passed = 0; passed < ms; passed += 50) await clock.advance(50);
};

const stored = () => readFile(join(folder, "logs", "kubera", "pod", "c.ndjson"), "utf8");

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "set-back-"));
  clock = new FakeClock(Date.parse(START));
  end = new AbortController();
  asked = [];
  const where = { bed: "sim", cluster: "server" };
  logs = new PodLogs({ where, kube, folder, root: "x", namespaces: ["kubera"], redactor: new Redactor(), clock, signal: end.signal });
  logs.take("ADDED", podWith("after", 1));
  await step(1000);
  logs.take("MODIFIED", podWith("before", 0));
  await step(500);
});

afterEach(async () => {
  end.abort();
  await logs.end();
  await rm(folder, { recursive: true });
});

test.each([
  { set: "is started anew at once", anewMs: 500, expected: ["present"] },
  { set: "runs on for a while", anewMs: 5000, expected: ["present", "former", "present"] },
])("a container that was set back to an earlier run and $set is asked for $expected", async ({ anewMs, expected }) => {
  await step(anewMs);
  logs.take("MODIFIED", podWith("anew", 1));
  await step(5000);
  expect(asked).toEqual([...BEFORE, ...expected]);
});

test("a cluster that is set back again and again is asked for no logs in between", async () => {
  for (let round = 0; round < 3; round += 1) {
    logs.take("MODIFIED", podWith(`anew-${round}`, 1));
    await step(2000);
    logs.take("MODIFIED", podWith("before", 0));
    await step(500);
  }
  expect(asked).toEqual(BEFORE);
});

test("a log that was put off is read as soon as somebody wants to know", async () => {
  logs.take("MODIFIED", podWith("anew", 1));
  await step(500);
  expect(asked).toEqual(BEFORE);
  expect(logs.catchUp()).toBe(false);
  await step(50);
  expect(asked).toEqual([...BEFORE, "present"]);
  expect(logs.catchUp(), "it has told something a moment ago").toBe(false);
  await step(100);
  expect(logs.catchUp()).toBe(true);
  end.abort();
  await logs.end();
  expect(await stored()).toContain('"line":"reading 3"');
});

test("a log that was put off is read before its pod is gone", async () => {
  logs.take("MODIFIED", podWith("anew", 1));
  await step(500);
  logs.take("MODIFIED", podWith("anew", 1, "2026-11-24T10:02:00Z"));
  await step(50);
  expect(asked).toEqual([...BEFORE, "present"]);
});

test("a pod that is gone before its log was read is told of", async () => {
  logs.take("MODIFIED", podWith("anew", 1));
  await step(500);
  logs.take("DELETED", podWith("anew", 1));
  await step(50);
  expect(asked).toEqual(BEFORE);
  expect(logs.catchUp()).toBe(true);
  end.abort();
  await logs.end();
  expect(await stored()).toContain("the pod is gone; its last run was not read");
});
