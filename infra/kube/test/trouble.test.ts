import { FakeClock } from "@kubera-e2e/schema/clock";
import { isKuberaError, KuberaError } from "@kubera-e2e/schema/kubera-error";
import { afterEach, expect, test, vi } from "vitest";
import { probes, waitForKube, type KubeClient } from "../src/index.ts";
import { kindUnknown, kubeRefused } from "../src/refusal.ts";
import { isMissing, TroubleJudge } from "../src/trouble-judge.ts";
import { pod, startFakeApi, status } from "./fake-api.ts";

const REF = { namespace: "secret", name: "p" };
const CALL = { cluster: "server", method: "GET", path: "/api/v1/namespaces/secret/pods" };
const FORBIDDEN = 'pods is forbidden: User "dev" cannot list resource "pods" in API group "" in the namespace "secret"';

const HOUR_MS = 3_600_000;
const failureOf = async (wait: Promise<unknown>): Promise<KuberaError> => {
  const error: unknown = await wait.catch((error: unknown) => error);
  if (!isKuberaError(error)) throw new Error(`no error of the house: ${String(error)}`);
  return error;
};
const waitForPod = (client: KubeClient): Promise<unknown> =>
  waitForKube({ client, deadlineMs: HOUR_MS, intervalMs: 50, ...probes.podReady(REF) });

afterEach(() => vi.unstubAllEnvs());

test("a wait on what is forbidden ends at once and names verb, resource, namespace and user, with exact text", async () => {
  await using api = await startFakeApi();
  await using client = api.open();
  await client.list({ apiVersion: "v1", kind: "ConfigMap" });
  api.answerWith("/api/v1/namespaces/secret/pods", { status: 403, body: status(403, "Forbidden", FORBIDDEN) });
  expect((await failureOf(waitForPod(client))).message).toBe(
    [
      "[KUBE_REFUSED] cluster server answered 403 Forbidden to GET",
      "  where:   GET /api/v1/namespaces/secret/pods",
      `  because: ${FORBIDDEN}`,
      "  fix:     Give the kubeconfig's user the right that the message names; while a namespace is terminating, wait until it is gone.",
    ].join("\n"),
  );
});

test("says itself what was asked where a proxy forbids without a word", () => {
  const error = kubeRefused(CALL, { status: 403, reason: "Forbidden", message: "denied by policy" });
  expect(error.because).toBe("denied by policy (asked to list pods in namespace secret)");
});

test("a kind that is not served yet is waited for, for a definition is served a moment after it was made", async () => {
  await using api = await startFakeApi();
  await using client = api.open();
  const claims = { apiVersion: "openebs.io/v1alpha1", kind: "BlockDevice" };
  const wait = waitForKube({
    client,
    what: "x",
    kinds: [claims],
    deadlineMs: 500,
    probe: () => ({ done: false, because: "never looked" }),
  });
  expect((await failureOf(wait)).because).toMatch(/^cluster server does not answer: .*BlockDevice/);
});

const unauthorized = kubeRefused(CALL, { status: 401, reason: "Unauthorized", message: "Unauthorized" });
const forbidden = kubeRefused(CALL, { status: 403, reason: "Forbidden", message: FORBIDDEN });
const unserved = kindUnknown(CALL, { apiVersion: "v1", kind: "X", because: "no" });
const tls = new KuberaError("TLS_UNTRUSTED", { what: "w", where: "w", because: "b", fix: "f" });
const away = new KuberaError("CONNECTION_REFUSED", { what: "nothing listens", where: "w", because: "b", fix: "f" });

test.each([
  { name: "an unknown user", trouble: unauthorized, before: false, endsAfterMs: 30_000 },
  { name: "a missing right", trouble: forbidden, before: false, endsAfterMs: 0 },
  { name: "a right that was there", trouble: forbidden, before: true, endsAfterMs: 30_000 },
  { name: "a kind that Kubernetes itself would serve", trouble: unserved, before: false, endsAfterMs: 0 },
  { name: "a kind of a definition", trouble: unserved, before: false, endsAfterMs: 30_000, apiVersion: "openebs.io/v1alpha1" },
  { name: "a kind that was served", trouble: unserved, before: true, endsAfterMs: 30_000 },
  { name: "a stranger's certificate", trouble: tls, before: true, endsAfterMs: 0 },
  { name: "a server that is away", trouble: away, before: false, endsAfterMs: Infinity },
])("gives $name its time", async ({ trouble, before, endsAfterMs, apiVersion = "v1" }) => {
  const clock = new FakeClock();
  const judge = new TroubleJudge({ apiVersion, kind: "Pod" }, { cluster: "server", clock });
  const seen = { trouble, objects: before ? new Map() : undefined };
  const passes = (): boolean => {
    try {
      return judge.reasonOf(seen) !== undefined;
    } catch {
      return false;
    }
  };
  expect(passes()).toBe(endsAfterMs > 0);
  await clock.advance(29_999);
  expect(passes()).toBe(endsAfterMs > 0);
  await clock.advance(1);
  expect(passes()).toBe(endsAfterMs > 30_000);
});

test("counts a refusal anew after the server has answered in between", async () => {
  const clock = new FakeClock();
  const judge = new TroubleJudge({ apiVersion: "v1", kind: "Pod" }, { cluster: "server", clock });
  judge.reasonOf({ trouble: unauthorized, objects: undefined });
  await clock.advance(20_000);
  expect(judge.reasonOf({ trouble: undefined, objects: new Map() })).toBeUndefined();
  await clock.advance(20_000);
  expect(judge.reasonOf({ trouble: unauthorized, objects: new Map() })).toBe(
    "cluster server does not answer: cluster server answered 401 Unauthorized to GET: Unauthorized",
  );
});

test.each([
  ["a kind that is not served", unserved, true],
  ["a kind that we may not read", forbidden, true],
  ["a kind while nobody knows us", unauthorized, false],
  ["a kind of a server that is away", away, false],
] as const)("does without %s only where that is the answer", (_name, trouble, missing) => {
  const scope = { apiVersion: "v1", kind: "Node" };
  expect(isMissing({ ...scope, optional: true }, { trouble })).toBe(missing);
  expect(isMissing(scope, { trouble })).toBe(false);
});

test("nothing counts as gone that we may not read", () => {
  const scope = probes.objectsGone({ apiVersion: "v1", kind: "Pod" }).kinds[0];
  expect(scope && [forbidden, unserved].map((trouble) => isMissing(scope, { trouble }))).toEqual([false, true]);
});

test("a kind whose definition was removed is gone, although it was served before", async () => {
  await using api = await startFakeApi();
  await using client = api.open(50);
  await client.list({ apiVersion: "apps/v1", kind: "DaemonSet" });
  const missing = { status: 404, body: status(404, "NotFound", "404 page not found") };
  for (const path of ["/apis/apps/v1", "/apis/apps/v1/daemonsets"]) api.answerWith(path, missing);
  const gone = probes.objectsGone({ apiVersion: "apps/v1", kind: "DaemonSet" });
  expect(await waitForKube({ client, deadlineMs: 5000, intervalMs: 50, ...gone })).toBe(true);
});

test("goes on through a short 401, as while keys are exchanged", async () => {
  await using api = await startFakeApi();
  await using client = api.open(50);
  await client.list({ apiVersion: "v1", kind: "ConfigMap" });
  api.refusals = Array.from({ length: 4 }, () => ({ status: 401, body: status(401, "Unauthorized", "Unauthorized") }));
  api.put({ ...pod("p", true), metadata: { name: "p", namespace: "secret" } });
  await expect(waitForPod(client)).resolves.toMatchObject({ metadata: { name: "p" } });
});

test("asks no proxy of the environment for an API server on loopback", async () => {
  for (const name of ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"]) {
    vi.stubEnv(name, "http://127.0.0.1:9");
    vi.stubEnv(name.toLowerCase(), "http://127.0.0.1:9");
  }
  await using api = await startFakeApi();
  await using client = api.open();
  expect(await client.list({ apiVersion: "v1", kind: "Pod" })).toEqual([]);
});

test("explains without falling over events that lack their object, reason or message", async () => {
  await using api = await startFakeApi();
  await using client = api.open();
  api.put({ apiVersion: "v1", kind: "Event", metadata: { name: "bare", namespace: "secret" } });
  api.put({
    apiVersion: "v1",
    kind: "Event",
    metadata: { name: "null", namespace: "secret" },
    involvedObject: null,
    message: null,
    count: "7",
  });
  const involvedObject = { kind: "Pod", name: "p" };
  api.put({ apiVersion: "v1", kind: "Event", metadata: { name: "mute", namespace: "secret" }, involvedObject });
  const failure = await failureOf(waitForKube({ client, deadlineMs: 60, ...probes.podReady(REF) }));
  expect(failure.because).toContain("event Normal without a reason on Pod p: no message");
});
