import { isKuberaError, KuberaError } from "@kubera-e2e/schema/kubera-error";
import { describe, expect, test } from "vitest";
import { refusedStatus, type Manifest } from "../src/index.ts";
import { pod, startFakeApi, status } from "./fake-api.ts";

const CONFIG_MAP: Manifest = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "maya-config", namespace: "kubera" } };
const REF = { apiVersion: "v1", kind: "ConfigMap", namespace: "kubera", name: "maya-config" };

test("creates, reads, patches and deletes an object", async () => {
  await using api = await startFakeApi();
  await using client = api.open();
  expect(await client.get(REF)).toBeUndefined();
  expect(await client.create({ ...CONFIG_MAP, data: { a: "1" } })).toMatchObject({ metadata: { name: "maya-config" } });
  expect(await client.patch(REF, { data: { a: "2" } })).toMatchObject({ data: { a: "2" } });
  await client.delete(REF);
  await client.delete(REF);
  expect(await client.get(REF)).toBeUndefined();
});

test("applies over what is there already", async () => {
  await using api = await startFakeApi();
  await using client = api.open();
  await client.apply({ ...CONFIG_MAP, data: { a: "1" } });
  expect(await client.apply({ ...CONFIG_MAP, data: { b: "2" } })).toMatchObject({ data: { b: "2" } });
});

test("lists page by page and gives each item its kind", async () => {
  await using api = await startFakeApi();
  await using client = api.open();
  api.pageSize = 2;
  for (const name of ["a", "b", "c", "d", "e"]) api.put(pod(name, true));
  const pods = await client.list({ apiVersion: "v1", kind: "Pod" }, { namespace: "kubera" });
  expect(pods.map(({ kind, apiVersion, metadata }) => `${apiVersion} ${kind} ${metadata.name}`)).toEqual(
    ["a", "b", "c", "d", "e"].map((name) => `v1 Pod ${name}`),
  );
  expect(api.requests.filter((request) => request.endsWith("/pods"))).toHaveLength(3);
});

test("lists again without pages when the server forgot where it was", async () => {
  await using api = await startFakeApi();
  await using client = api.open();
  api.put(pod("a", true));
  await client.list({ apiVersion: "v1", kind: "Pod" });
  api.refusals.push({ status: 410, body: status(410, "Expired", "the provided continue parameter is too old") });
  expect(await client.list({ apiVersion: "v1", kind: "Pod" })).toHaveLength(1);
});

test("asks discovery once per group", async () => {
  await using api = await startFakeApi();
  await using client = api.open();
  await client.get(REF);
  await client.get({ apiVersion: "v1", kind: "Node", name: "n" });
  expect(api.requests.filter((request) => request === "GET /api/v1")).toHaveLength(1);
});

test("reads logs and the raw door", async () => {
  await using api = await startFakeApi();
  await using client = api.open();
  expect(await client.logs({ namespace: "kubera", name: "p", container: "maya-io" })).toBe("container=maya-io\n");
  expect(await client.raw("/api/v1")).toMatchObject({ kind: "APIResourceList" });
});

test.each([
  [{}, "container=maya-io&timestamps=true&follow=true"],
  [{ sinceTime: "2026-11-24T10:00:00Z" }, "container=maya-io&timestamps=true&follow=true&sinceTime=2026-11-24T10%3A00%3A00Z"],
  [{ previous: true }, "container=maya-io&timestamps=true&previous=true"],
])("follows a log as %j asks", async (over, query) => {
  await using api = await startFakeApi();
  await using client = api.open();
  const chunks: Uint8Array[] = [];
  for await (const chunk of await client.followLogs({ namespace: "kubera", name: "p", container: "maya-io", ...over })) chunks.push(chunk);
  expect(Buffer.concat(chunks).toString()).toBe(`${query}\n`);
});

test("ends a log that is followed when its signal aborts, and tells a refusal in the server's words", async () => {
  await using api = await startFakeApi();
  await using client = api.open();
  const log = { namespace: "kubera", name: "p", container: "maya-io" };
  api.hangingLogs = true;
  const stop = new AbortController();
  const stream = await client.followLogs(log, { signal: stop.signal });
  const reading = (async () => {
    for await (const _chunk of stream) stop.abort(new Error("enough"));
  })();
  expect(
    await reading.then(
      () => "it was read to its end",
      () => "it ended",
    ),
  ).toBe("it ended");
  api.refusals.push({ status: 400, body: status(400, "BadRequest", 'container "maya-io" is waiting to start') });
  await expect(client.followLogs(log)).rejects.toThrow("is waiting to start");
});

test("refuses a kind that the server does not serve, with exact text", async () => {
  await using api = await startFakeApi();
  await using client = api.open();
  await expect(client.list({ apiVersion: "cstor.openebs.io/v1", kind: "CStorPoolCluster" })).rejects.toThrow(
    new KuberaError("KUBE_KIND_UNKNOWN", {
      what: 'cluster server serves no kind "CStorPoolCluster" in cstor.openebs.io/v1',
      where: "GET /apis/cstor.openebs.io/v1",
      because: "no group cstor.openebs.io is served",
      fix: "Correct the kind or its apiVersion; a kind of an operator is there only after its CustomResourceDefinition is established.",
    }),
  );
});

test.each([
  { asked: "apps/v1 Deploymnet", because: 'it serves "Deployment" there' },
  { asked: "v1 Deployment", because: '"Deployment" is of apps/v1' },
  { asked: "v2 Pod", because: '"Pod" is of v1' },
  { asked: "apps/v1beta2 Rollout", because: "the group apps is served as v1" },
  { asked: "v1 Unheard", because: "v1 has Pod, Node, Namespace, Event, ConfigMap, Service, Endpoints, PersistentVolumeClaim" },
  { asked: "v2 Unheard", because: "there is no API version v2" },
])("asked for $asked, names what is served instead", async ({ asked, because }) => {
  await using api = await startFakeApi();
  await using client = api.open();
  const [apiVersion = "", kind = ""] = asked.split(" ");
  const error: unknown = await client.list({ apiVersion, kind }).catch((error: unknown) => error);
  expect(isKuberaError(error) && [error.code, error.because, refusedStatus(error)]).toEqual(["KUBE_KIND_UNKNOWN", because, 404]);
});

describe("when the server refuses", () => {
  test.each([
    { code: 401, body: status(401, "Unauthorized", "Unauthorized"), because: "Unauthorized", reason: "Unauthorized" },
    {
      code: 403,
      body: status(403, "Forbidden", "pods is forbidden"),
      because: "pods is forbidden (asked to list pods)",
      reason: "Forbidden",
    },
    { code: 503, body: "upstream is away", because: "upstream is away", reason: "Unknown" },
    { code: 500, body: {}, because: "the server gave no message", reason: "Unknown" },
  ])("tells status $code in the server's words", async ({ code, body, because, reason }) => {
    await using api = await startFakeApi();
    await using client = api.open();
    api.refusals.push({ status: code, body });
    const error: unknown = await client.raw("/api/v1/pods").catch((error: unknown) => error);
    expect(isKuberaError(error) && [error.code, error.what, error.because]).toEqual([
      "KUBE_REFUSED",
      `cluster server answered ${code} ${reason} to GET`,
      because,
    ]);
    expect(refusedStatus(error)).toBe(code);
  });

  test("shows no token", async () => {
    await using api = await startFakeApi();
    await using client = api.open();
    api.refusals.push({ status: 401, body: status(401, "Unauthorized", "token fake-token-1234 is unknown") });
    await expect(client.raw("/api/v1")).rejects.toThrow("token «redacted» is unknown");
  });
});
