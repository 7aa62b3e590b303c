import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Recorder } from "@kubera-e2e/evidence";
import { KINDS, openKube, type KubeClient } from "@kubera-e2e/kube";
import { GUEST_IMAGE, KUBECONFIG, setApiServer } from "@kubera-e2e/peers/cluster";
import { Redactor } from "@kubera-e2e/schema/redactor";
import { notYet, reached, waitUntil } from "@kubera-e2e/schema/wait-until";
import { afterAll, beforeAll, expect, test } from "vitest";

const NAMESPACE = "recorded";
const COUNTED = 40;
/** Of events, as both the cluster and the record tell them. */
interface EventLook {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly reason: string;
  readonly message: string;
  readonly count?: number;
}

const folder = mkdtempSync(join(tmpdir(), "kubera-recorder-"));
let kube: KubeClient;

const lines = (...path: readonly string[]): Record<string, unknown>[] =>
  readFileSync(join(folder, "peers", ...path), "utf8")
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as Record<string, unknown>);

const eventually = (what: string, holds: () => boolean | Promise<boolean>): Promise<true> =>
  waitUntil({
    what,
    deadlineMs: 60_000,
    intervalMs: 200,
    probe: async () => ((await holds()) ? reached(true as const) : notYet("not so")),
  });

beforeAll(async () => {
  kube = openKube({ cluster: "peers", kubeconfigPath: KUBECONFIG, redactor: new Redactor() });
  await kube.create({ ...KINDS.namespace, metadata: { name: NAMESPACE } });
  const account = { apiVersion: "v1", kind: "ServiceAccount", namespace: NAMESPACE, name: "default" };
  await eventually("pods may be made", async () => (await kube.get(account)) !== undefined);
});
afterAll(async () => {
  await kube.delete({ ...KINDS.namespace, name: NAMESPACE });
  kube.close();
  rmSync(folder, { recursive: true });
});

const counter = {
  ...KINDS.pod,
  metadata: { name: "counter", namespace: NAMESPACE },
  spec: { terminationGracePeriodSeconds: 0, containers: [{ name: "main", image: GUEST_IMAGE, args: ["count", String(COUNTED)] }] },
};

const restartsOf = async (): Promise<number> => {
  const pod = await kube.get({ ...KINDS.pod, namespace: NAMESPACE, name: "counter" });
  return (
    (pod as { status?: { containerStatuses?: { restartCount: number }[] } } | undefined)?.status?.containerStatuses?.[0]?.restartCount ?? 0
  );
};

test("a real cluster is recorded without loss or duplicates, although its API server is killed and a container restarts", async () => {
  const recorder = new Recorder({ bed: "peers", kube, folder, namespaces: [NAMESPACE], redactor: new Redactor() });
  await eventually("all streams are read", () => recorder.between(new Date(0), new Date()).then(({ gaps }) => gaps.length === 0));
  await kube.create(counter);
  await eventually("it counts", () =>
    readdirSync(join(folder, "peers"), { recursive: true }).some((name) => String(name).endsWith("main.ndjson")),
  );
  await setApiServer("off");
  await setApiServer("on");
  await eventually("the counter has run twice", async () => (await restartsOf().catch(() => 0)) >= 2);
  await kube.delete({ ...KINDS.pod, namespace: NAMESPACE, name: "counter" });
  const told = await kube.list<EventLook>(KINDS.event, { namespace: NAMESPACE });
  const sighting = ({ reason, message, count = 1 }: Omit<EventLook, "apiVersion" | "kind" | "metadata">): string =>
    `${reason} ×${count}: ${message.trim()}`;
  const missing = (): string[] => {
    const recorded = new Set(lines("events.ndjson").map(({ data }) => sighting(data as EventLook)));
    return told.map(sighting).filter((one) => !recorded.has(one));
  };
  await expect.poll(missing, { timeout: 30_000 }).toEqual([]);
  await recorder.close();

  const events = lines("events.ndjson").map((line) => JSON.stringify(line));
  expect(new Set(events).size).toBe(events.length);
  const reasons = new Set(told.map(({ reason }) => reason));
  expect([...reasons]).toEqual(expect.arrayContaining(["Scheduled", "Pulled", "Created", "Started", "BackOff"]));
  const said = lines("logs", NAMESPACE, "counter", "main.ndjson").map((line) => JSON.stringify(line));
  const numbers = said.flatMap((line) => /number (\d+)/.exec(line)?.[1] ?? []).map(Number);
  // Whole runs one after the other; the last one may have been ended by the deletion.
  const whole = Array.from({ length: 2 * COUNTED }, (_, index) => (index % COUNTED) + 1);
  expect(numbers.slice(0, 2 * COUNTED)).toEqual(whole);
}, 180_000);
