import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isKuberaError } from "@kubera-e2e/schema/kubera-error";
import { Redactor } from "@kubera-e2e/schema/redactor";
import { notYet, reached, waitUntil } from "@kubera-e2e/schema/wait-until";
import { createAuthority, Machine, SimTime, startKubernetesApi } from "@kubera-e2e/sim/parts";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { KINDS, openKube, probes, waitForKube, type KubeClient, type Manifest } from "../src/index.ts";

const CONFIG_MAP = { apiVersion: "v1", kind: "ConfigMap" } as const;
const folder = mkdtempSync(join(tmpdir(), "kube-contract-"));
let api: Awaited<ReturnType<typeof startKubernetesApi>>;
let machine: Machine;
let client: KubeClient;

const pathOf = (text: string): string => {
  const path = join(folder, `${Math.random().toString(36).slice(2)}.yaml`);
  writeFileSync(path, text);
  return path;
};

const open = (kubeconfig: string): KubeClient =>
  openKube({ cluster: "server", kubeconfigPath: pathOf(kubeconfig), redactor: new Redactor(), pollMs: 200 });

const manifest = (name: string, rest: object = {}): Manifest => ({ ...CONFIG_MAP, metadata: { name, namespace: "default" }, ...rest });

const refOf = (name: string) => ({ ...CONFIG_MAP, namespace: "default", name });

beforeAll(async () => {
  const time = new SimTime(1000);
  machine = new Machine({ id: "vm-1", name: "m", cluster: "server", node: "n", plane: "control", esxHost: "e", diskGib: 100 }, time);
  machine.powerOn();
  const kubelets = {
    logs: () => ["first", "second"],
    statsSummary: (node: string) => ({ node: { nodeName: node } }),
    exec: () => ({ exitCode: 0 }),
  };
  const authority = await createAuthority();
  api = await startKubernetesApi({ cluster: "server", controlPlane: machine, authority, time, kubelets });
  client = open(api.kubeconfig);
  await waitForKube({
    client,
    what: "the API server serves",
    kinds: [KINDS.namespace],
    deadlineMs: 10_000,
    intervalMs: 50,
    probe: (view) =>
      view.list(KINDS.namespace).some(({ metadata }) => metadata.name === "default") ? reached(true) : notYet("no default namespace"),
  });
});
afterAll(async () => {
  client.close();
  await api.close();
  rmSync(folder, { recursive: true });
});

const refusalOf = async (call: Promise<unknown>): Promise<string> => {
  const error: unknown = await call.catch((error: unknown) => error);
  return isKuberaError(error) ? `${error.code}: ${error.what}: ${error.because}` : String(error);
};

describe("objects", () => {
  test("are created, read, applied over, patched and deleted", async () => {
    expect(await client.get(refOf("a"))).toBeUndefined();
    const made = await client.create(manifest("a", { data: { x: "1" } }));
    expect(made.metadata.uid).toMatch(/.{8,}/);
    expect(await client.apply(manifest("a", { data: { y: "2" } }))).toMatchObject({ data: { x: "1", y: "2" } });
    expect(await client.patch(refOf("a"), { data: { x: null } })).toMatchObject({ data: { y: "2" } });
    await client.delete(refOf("a"));
    await client.delete(refOf("a"));
    expect(await client.get(refOf("a"))).toBeUndefined();
  });

  test("are listed with their kinds, by label and by field", async () => {
    const labelled = (name: string, app: string): Manifest => ({
      ...CONFIG_MAP,
      metadata: { name, namespace: "default", labels: { app } },
    });
    for (const [name, app] of [
      ["l1", "x"],
      ["l2", "y"],
    ] as const)
      await client.create(labelled(name, app));
    const byLabel = await client.list(CONFIG_MAP, { namespace: "default", labelSelector: "app=x" });
    expect(byLabel.map(({ kind, metadata }) => `${kind} ${metadata.name}`)).toEqual(["ConfigMap l1"]);
    const byField = await client.list(CONFIG_MAP, { fieldSelector: "metadata.name=l2" });
    expect(byField.map(({ metadata }) => metadata.name)).toEqual(["l2"]);
  });

  test("that are pods leave by eviction, once and again", async () => {
    const pod = { ...KINDS.pod, namespace: "default", name: "leaving" };
    await client.evict(pod);
    const spec = { containers: [{ name: "main", image: "busybox" }] };
    await client.create({ ...KINDS.pod, metadata: { name: pod.name, namespace: pod.namespace }, spec });
    await client.evict(pod);
    await client.evict(pod);
    expect((await client.get(pod))?.metadata.deletionTimestamp ?? "gone").toBeTruthy();
  });

  test("of a custom kind are served once its definition is there", async () => {
    const widget = { apiVersion: "example.io/v1", kind: "Widget" };
    expect(await refusalOf(client.list(widget))).toContain('serves no kind "Widget"');
    const names = { plural: "widgets", singular: "widget", kind: "Widget", listKind: "WidgetList" };
    const schema = { openAPIV3Schema: { type: "object", "x-kubernetes-preserve-unknown-fields": true } };
    await client.create({
      apiVersion: "apiextensions.k8s.io/v1",
      kind: "CustomResourceDefinition",
      metadata: { name: "widgets.example.io" },
      spec: { group: "example.io", scope: "Namespaced", names, versions: [{ name: "v1", served: true, storage: true, schema }] },
    });
    const widgets = (): Promise<unknown[]> => client.list(widget);
    await waitUntil({
      what: "widgets are served",
      deadlineMs: 5000,
      intervalMs: 20,
      probe: async () =>
        (await widgets().then(
          () => true,
          () => false,
        ))
          ? reached(true)
          : notYet("not yet"),
    });
    expect(await widgets()).toEqual([]);
  });
});

describe("refusals", () => {
  test("come in the server's words", async () => {
    expect(await refusalOf(client.create(manifest("Not A Name")))).toMatch(/^KUBE_REFUSED: cluster server answered 422 Invalid to POST: /);
    expect(await refusalOf(client.patch(refOf("ghost"), {}))).toMatch(
      /^KUBE_REFUSED: cluster server answered 404 NotFound to PATCH: .*ghost/,
    );
    expect(await refusalOf(client.raw("/nonsense"))).toMatch(/^KUBE_REFUSED: cluster server answered 404 NotFound to GET/);
  });

  test("name who is not known", async () => {
    const withoutUser = api.kubeconfig
      .replace(/client-certificate-data: .*\n/, "token: some-unknown-token\n")
      .replace(/ *client-key-data: .*\n/, "");
    await using stranger = open(withoutUser);
    expect(await refusalOf(stranger.list(CONFIG_MAP))).toMatch(/^KUBE_REFUSED: cluster server answered 401 Unauthorized to GET/);
  });

  test("come from TLS when the CA is another one", async () => {
    const other = Buffer.from((await createAuthority()).certPem).toString("base64");
    await using stranger = open(api.kubeconfig.replace(/(certificate-authority-data: ).*/, `$1${other}`));
    expect(await refusalOf(stranger.list(CONFIG_MAP))).toMatch(/^TLS_UNTRUSTED/);
    expect(
      await refusalOf(waitForKube({ client: stranger, deadlineMs: 60_000, ...probes.podReady({ namespace: "default", name: "p" }) })),
    ).toMatch(/^TLS_UNTRUSTED/);
  });
});

describe("waits", () => {
  const GADGET = { apiVersion: "gadgets.example.io/v1", kind: "Gadget" };
  const names = { plural: "gadgets", singular: "gadget", kind: "Gadget", listKind: "GadgetList" };
  const schema = { openAPIV3Schema: { type: "object", "x-kubernetes-preserve-unknown-fields": true } };
  const definition: Manifest = {
    ...KINDS.definition,
    metadata: { name: "gadgets.gadgets.example.io" },
    spec: { group: "gadgets.example.io", scope: "Namespaced", names, versions: [{ name: "v1", served: true, storage: true, schema }] },
  };

  test("on a kind that is not served end at once, and name what is", async () => {
    const kinds = [{ apiVersion: "v1", kind: "ConfigMapp" }];
    const wait = waitForKube({ client, what: "x", kinds, deadlineMs: 60_000, probe: () => notYet("never looked") });
    expect(await refusalOf(wait)).toBe('KUBE_KIND_UNKNOWN: cluster server serves no kind "ConfigMapp" in v1: it serves "ConfigMap" there');
    expect(await refusalOf(client.list(GADGET))).toBe(
      'KUBE_KIND_UNKNOWN: cluster server serves no kind "Gadget" in gadgets.example.io/v1: no group gadgets.example.io is served',
    );
    expect(await refusalOf(client.list({ apiVersion: "apps/v1beta2", kind: "Rollout" }))).toMatch(/the group apps is served as v1$/);
  });

  test("for a definition, for what is of it to be gone, and for what is of no definition any more", async () => {
    const gone = { client, deadlineMs: 10_000, intervalMs: 50, ...probes.objectsGone({ ...GADGET, namespace: "default" }) };
    expect(await waitForKube(gone)).toBe(true);
    await client.create(definition);
    await waitForKube({ client, deadlineMs: 10_000, intervalMs: 50, ...probes.definitionEstablished(definition.metadata.name) });
    await client.create({ ...GADGET, metadata: { name: "g", namespace: "default", finalizers: ["example.io/hold"] } });
    await client.delete({ ...GADGET, namespace: "default", name: "g" });
    expect(await refusalOf(waitForKube({ ...gone, deadlineMs: 300 }))).toContain("1 left: default/g (held by finalizer example.io/hold)");
    await client.patch({ ...GADGET, namespace: "default", name: "g" }, { metadata: { finalizers: null } });
    expect(await waitForKube(gone)).toBe(true);
  });
});

test("tells changes of a kind from now on", async () => {
  const told: string[] = [];
  const stop = new AbortController();
  const watched = client.watch(CONFIG_MAP, (type, object) => told.push(`${type} ${object.metadata.name}`), {
    namespace: "default",
    signal: stop.signal,
  });
  const seen = client.observe(CONFIG_MAP, { namespace: "default" });
  await waitUntil({
    what: "the first list",
    deadlineMs: 5000,
    intervalMs: 10,
    probe: async () => (seen.objects ? reached(true) : notYet("no list")),
  });
  await client.create(manifest("w"));
  await client.patch(refOf("w"), { data: { x: "1" } });
  await client.delete(refOf("w"));
  const complete = async () => (told.includes("DELETED w") ? reached(true) : notYet(told.join()));
  await waitUntil({ what: "three changes are told", deadlineMs: 5000, intervalMs: 10, probe: complete });
  expect(told.filter((line) => line.endsWith(" w"))).toEqual(["ADDED w", "MODIFIED w", "DELETED w"]);
  seen.close();
  stop.abort();
  await watched;
});

test("follows the API through a power-off, whose store comes back as it was", async () => {
  await client.create(manifest("survivor"));
  const seen = client.observe(CONFIG_MAP, { namespace: "default" });
  machine.powerOff();
  const inTrouble = async () => (seen.trouble === undefined ? notYet("no trouble") : reached(true));
  await waitUntil({ what: "there is trouble", deadlineMs: 5000, intervalMs: 10, probe: inTrouble });
  machine.powerOn();
  const isBack = async () =>
    seen.trouble === undefined && seen.objects?.has("default/survivor") === true ? reached(true) : notYet("away");
  expect(await waitUntil({ what: "it is back", deadlineMs: 10_000, intervalMs: 20, probe: isBack })).toBe(true);
  seen.close();
});

test("shows a namespace that a finalizer holds", async () => {
  await client.create({
    apiVersion: "v1",
    kind: "Namespace",
    metadata: { name: "held", finalizers: ["mayadata.io/hold"] },
  });
  await client.delete({ ...KINDS.namespace, name: "held" });
  expect(await refusalOf(waitForKube({ client, deadlineMs: 500, intervalMs: 50, ...probes.namespaceGone("held") }))).toContain(
    "mayadata.io/hold",
  );
  await client.patch({ ...KINDS.namespace, name: "held" }, { metadata: { finalizers: null } });
});
