import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { isKuberaError } from "@kubera-e2e/schema/kubera-error";
import { notYet, reached } from "@kubera-e2e/schema/wait-until";
import { KINDS, refusedStatus, waitForKube, type KubeClient, type KubeProbe, type Manifest } from "../../src/index.ts";
import { eventually } from "./eventually.ts";
import type { ApiWorld } from "./world.ts";

const SHORT_MS = 3000;
const LONG_MS = 120_000;
const CONFIG_MAP = { apiVersion: "v1", kind: "ConfigMap" } as const;
const NAMESPACE = "default";
/** More than one page of a list. */
const MANY = 601;

const configMap = (name: string, metadata: object = {}): Manifest => ({
  ...CONFIG_MAP,
  metadata: { name, namespace: NAMESPACE, ...metadata },
});
const refOf = (name: string) => ({ ...CONFIG_MAP, namespace: NAMESPACE, name });

const exists = (name: string): KubeProbe<true> => ({
  what: `ConfigMap ${name} is there`,
  kinds: [{ ...CONFIG_MAP, namespace: NAMESPACE }],
  about: refOf(name),
  probe: (view) => (view.get(refOf(name)) === undefined ? notYet("it is not") : reached(true)),
});

const textOf = (error: unknown): string =>
  isKuberaError(error) ? `${error.code}: ${error.what}: ${error.because}` : `not of the house: ${String(error)}`;

const refusalOf = (call: Promise<unknown>): Promise<string> => call.then(() => "it was granted", textOf);

/** A connection kept from before the API server was killed breaks at its next use, which is no news for a test. */
const put = (client: KubeClient, manifest: Manifest): Promise<true> =>
  eventually(`${manifest.metadata.name} is made`, () =>
    client.create(manifest).then(
      () => true as const,
      (error: unknown) => refusedStatus(error) === 409 && (true as const),
    ),
  );

const WIDGETS: Manifest = {
  apiVersion: "apiextensions.k8s.io/v1",
  kind: "CustomResourceDefinition",
  metadata: { name: "widgets.e2e.mayadata.io" },
  spec: {
    group: "e2e.mayadata.io",
    scope: "Namespaced",
    names: { plural: "widgets", singular: "widget", kind: "Widget", listKind: "WidgetList" },
    versions: [
      {
        name: "v1",
        served: true,
        storage: true,
        schema: {
          openAPIV3Schema: { type: "object", properties: { spec: { type: "object", properties: { size: { type: "integer" } } } } },
        },
      },
    ],
  },
};

/** What an API server owes to a client, wherever it runs and whatever is below it. */
export const describeApi = (open: () => Promise<ApiWorld>): void => {
  let world: ApiWorld;
  let client: KubeClient;
  beforeAll(async () => {
    world = await open();
    ({ client } = world);
  });
  afterAll(() => world.close());

  describe("objects", () => {
    test("are created, applied over, patched and deleted, each as often as one likes", async () => {
      expect(await client.get(refOf("a"))).toBeUndefined();
      await client.create({ ...configMap("a"), data: { x: "1" } });
      expect(await client.apply({ ...configMap("a"), data: { y: "2" } })).toMatchObject({ data: { x: "1", y: "2" } });
      expect(await client.patch(refOf("a"), { data: { x: null } })).toMatchObject({ data: { y: "2" } });
      await client.delete(refOf("a"));
      await client.delete(refOf("a"));
      expect(await client.get(refOf("a"))).toBeUndefined();
    });

    test("cannot be created twice", async () => {
      await client.create(configMap("twice"));
      expect(await refusalOf(client.create(configMap("twice")))).toMatch(
        /^KUBE_REFUSED: .*409 AlreadyExists.*configmaps "twice" already exists/,
      );
    });

    test("are held by a finalizer until it is taken away", async () => {
      await client.create(configMap("held", { finalizers: ["mayadata.io/hold"] }));
      await client.delete(refOf("held"));
      expect((await client.get(refOf("held")))?.metadata.deletionTimestamp).toMatch(/^\d{4}-/);
      await client.patch(refOf("held"), { metadata: { finalizers: null } });
      expect(await client.get(refOf("held"))).toBeUndefined();
    });

    test("are listed by label and by field", async () => {
      await client.create(configMap("l1", { labels: { of: "x" } }));
      await client.create(configMap("l2", { labels: { of: "y" } }));
      const names = async (options: object): Promise<string[]> =>
        (await client.list(CONFIG_MAP, { namespace: NAMESPACE, ...options })).map(({ metadata }) => metadata.name);
      expect(await names({ labelSelector: "of in (y, z)" })).toEqual(["l2"]);
      expect(await names({ fieldSelector: "metadata.name=l1" })).toEqual(["l1"]);
    });

    test("are listed whole, page by page", async () => {
      const all = Array.from({ length: MANY }, (_, index) => `m-${String(index).padStart(4, "0")}`);
      for (let from = 0; from < MANY; from += 50)
        await Promise.all(all.slice(from, from + 50).map((name) => client.create(configMap(name, { labels: { many: "yes" } }))));
      const listed = await client.list(CONFIG_MAP, { namespace: NAMESPACE, labelSelector: "many=yes" });
      expect(listed.map(({ metadata }) => metadata.name).toSorted()).toEqual(all);
    }, 120_000);

    test("of a kind that was defined a moment ago are served like any other", async () => {
      await client.create(WIDGETS);
      const widget = { apiVersion: "e2e.mayadata.io/v1", kind: "Widget", metadata: { name: "w", namespace: NAMESPACE }, spec: { size: 3 } };
      await eventually("the kind is served", () => client.create(widget).catch(() => undefined));
      expect(await client.list({ apiVersion: widget.apiVersion, kind: "Widget" })).toMatchObject([{ spec: { size: 3 } }]);
      await client.delete({ ...WIDGETS, name: WIDGETS.metadata.name });
    });
  });

  describe("refusals", () => {
    test("name user, verb, resource and namespace for who may not", async () => {
      await using stranger = world.as("stranger");
      const forbidden =
        /^KUBE_REFUSED: .*403 Forbidden.*User "\S*stranger" cannot list resource "configmaps" in API group "" in the namespace "default"/;
      expect(await refusalOf(stranger.list(CONFIG_MAP, { namespace: NAMESPACE }))).toMatch(forbidden);
    });

    test("come for a certificate that has expired", async () => {
      await using expired = world.as("expired");
      expect(await refusalOf(expired.list(CONFIG_MAP))).toMatch(/^(KUBE_REFUSED: .*401 Unauthorized|TLS_)/);
    });

    test("come for a kind that nobody serves", async () => {
      expect(await refusalOf(client.list({ apiVersion: "v1", kind: "Pot" }))).toMatch(/Pot/);
    });
  });

  test("Normal events are seen like any other", async () => {
    const seen = client.observe(KINDS.event, { namespace: NAMESPACE });
    const event = (name: string, type: string): Manifest => ({
      ...KINDS.event,
      metadata: { name, namespace: NAMESPACE },
      involvedObject: { kind: "Pod", name: "p", namespace: NAMESPACE },
      type,
      reason: "Pulled",
      message: "told by a test",
      firstTimestamp: new Date().toISOString().replace(/\.\d+Z$/, "Z"),
    });
    await client.create(event("calm", "Normal"));
    await client.create(event("grave", "Warning"));
    const has = (name: string): boolean => seen.objects?.has(`${NAMESPACE}/${name}`) === true;
    expect(await eventually("both are seen", () => has("calm") && has("grave"))).toBe(true);
    seen.close();
  });

  describe("an API server that is killed", () => {
    test(
      "is waited for, and what comes after it is seen",
      async () => {
        const coming = waitForKube({ client, deadlineMs: LONG_MS, ...exists("after") });
        const seen = client.observe(CONFIG_MAP, { namespace: NAMESPACE });
        await eventually("the first list is there", () => seen.objects !== undefined);
        await world.setApiServer("off");
        await eventually("trouble is told", () => seen.trouble !== undefined);
        await world.setApiServer("on");
        await put(client, configMap("after"));
        expect(await coming).toBe(true);
        await eventually("the trouble is over", () => seen.trouble === undefined);
        seen.close();
      },
      LONG_MS,
    );

    test(
      "is the reason that a wait names when its time is over",
      async () => {
        await world.setApiServer("off");
        const text = await refusalOf(waitForKube({ client, deadlineMs: SHORT_MS, ...exists("never") }));
        await world.setApiServer("on");
        expect(text).toMatch(/^WAIT_DEADLINE: [^]*cluster \w+ does not answer/);
      },
      LONG_MS,
    );

    test(
      "costs a watch no change, and no change is told twice",
      async () => {
        const told: string[] = [];
        const stop = new AbortController();
        const watching = client.watch(
          CONFIG_MAP,
          (type, { metadata }) => metadata.name.startsWith("w-") && told.push(`${type} ${metadata.name}`),
          {
            namespace: NAMESPACE,
            signal: stop.signal,
          },
        );
        const seen = client.observe(CONFIG_MAP, { namespace: NAMESPACE });
        await eventually("the first list is there", () => seen.objects !== undefined);
        await put(client, configMap("w-1"));
        // What a server had not told yet when it was killed, and was undone before it was asked again, no list shows.
        await eventually("the first change is told", () => told.includes("ADDED w-1"));
        await world.setApiServer("off");
        await world.setApiServer("on");
        await put(client, configMap("w-2"));
        await client.delete(refOf("w-1"));
        await eventually("the deletion is told", () => told.includes("DELETED w-1"));
        seen.close();
        stop.abort();
        await watching;
        // What a new list shows at once has lost its order.
        expect(told.toSorted()).toEqual(["ADDED w-1", "ADDED w-2", "DELETED w-1"]);
        // A cluster that is kept would not tell the next run that it was added.
        await client.delete(refOf("w-2"));
      },
      LONG_MS,
    );
  });

  test("an etcd that is set back shows what was, and what comes after", async () => {
    await put(client, configMap("etcd-before"));
    const seen = client.observe(CONFIG_MAP, { namespace: NAMESPACE });
    const has = (name: string): boolean => seen.trouble === undefined && seen.objects?.has(`${NAMESPACE}/${name}`) === true;
    const known = (): string => `${[...(seen.objects?.keys() ?? [])].join(", ")}; ${seen.trouble?.message ?? "no trouble"}`;
    const setBack = await world.keepControlPlane();
    await put(client, configMap("etcd-later"));
    await client.delete(refOf("etcd-before"));
    await eventually("the newer world is seen", () => has("etcd-later") && !has("etcd-before"), known);
    await setBack();
    await eventually("the older world is seen", () => has("etcd-before") && !has("etcd-later"), known);
    await put(client, configMap("etcd-again"));
    expect(await eventually("what comes after is seen", () => has("etcd-again"))).toBe(true);
    seen.close();
  }, 300_000);
};
