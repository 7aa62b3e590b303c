import { once } from "node:events";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Store } from "../src/kubernetes/store.ts";
import { eventsOf, KubeApiBed } from "./kube-api-bed.ts";

const MAPS = "/api/v1/namespaces/default/configmaps";

const configMap = (name: string, labels: Record<string, string> = {}) => ({ metadata: { name, labels } });

const told = ({ type, object }: { type: string; object: Record<string, unknown> }): string =>
  `${type} ${(object["metadata"] as { name: string }).name}`;

const take = async (events: AsyncGenerator<{ type: string; object: Record<string, unknown> }>, count: number) => {
  const taken = [];
  while (taken.length < count) {
    const next = await events.next();
    if (next.done === true) break;
    taken.push(next.value);
  }
  return taken;
};

describe("watches", () => {
  let bed: KubeApiBed;
  const post = (name: string, labels: Record<string, string> = {}) => bed.ask(MAPS, { method: "POST", body: configMap(name, labels) });
  const remove = (name: string) => bed.ask(`${MAPS}/${name}`, { method: "DELETE" });
  const revision = async () => ((await bed.ask(MAPS)).json["metadata"] as { resourceVersion: string }).resourceVersion;

  beforeAll(async () => {
    bed = await KubeApiBed.start({ bookmarkIntervalMs: 20 });
  });
  afterAll(() => bed.api.close());

  it("tells what was there, then what happens", async () => {
    await post("there");
    const response = await bed.open(`${MAPS}?watch=true`);
    const events = eventsOf(response);
    expect((await take(events, 1)).map(told)).toEqual(["ADDED there"]);
    await post("new");
    await remove("new");
    expect((await take(events, 2)).map(told)).toEqual(["ADDED new", "DELETED new"]);
    response.destroy();
  });

  it("goes on from a revision", async () => {
    const from = await revision();
    await post("after");
    const response = await bed.open(`${MAPS}?watch=true&resourceVersion=${from}`);
    expect((await take(eventsOf(response), 1)).map(told)).toEqual(["ADDED after"]);
    response.destroy();
  });

  it("tells a selective watch of what enters and leaves its view", async () => {
    const from = await revision();
    const response = await bed.open(`${MAPS}?watch=true&labelSelector=in%3Dyes&resourceVersion=${from}`);
    const label = (value: string) =>
      bed.ask(`${MAPS}/moving`, {
        method: "PATCH",
        body: { metadata: { labels: { in: value } } },
        headers: { "content-type": "application/merge-patch+json" },
      });
    await post("moving", { in: "no" });
    await label("yes");
    await label("no");
    await remove("moving");
    await post("last", { in: "yes" });
    expect((await take(eventsOf(response), 3)).map(told)).toEqual(["ADDED moving", "DELETED moving", "ADDED last"]);
    response.destroy();
  });

  it("sends bookmarks to who asks, and ends at the time that was asked for", async () => {
    const response = await bed.open(`${MAPS}?watch=true&allowWatchBookmarks=true&timeoutSeconds=1&resourceVersion=${await revision()}`);
    const events = await take(eventsOf(response), Infinity);
    expect(events.length).toBeGreaterThan(2);
    expect(events.at(-1)).toMatchObject({
      type: "BOOKMARK",
      object: { kind: "ConfigMap", metadata: { resourceVersion: await revision() } },
    });
  });

  it("refuses streaming lists as a server without them does", async () => {
    const reply = await bed.ask(`${MAPS}?watch=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan`);
    expect(reply.json).toMatchObject({
      code: 422,
      reason: "Invalid",
      message: expect.stringContaining("WatchList feature gate") as string,
    });
  });

  it("says that a revision is forgotten", async () => {
    const from = await revision();
    const store = bed.api.store as Store;
    const maps = store.resource("ConfigMap");
    for (let index = 0; index < 2100; index += 1) {
      store.create(maps, { apiVersion: "v1", kind: "ConfigMap", metadata: { name: `flood-${index}`, namespace: "default" } });
    }
    const events = await take(eventsOf(await bed.open(`${MAPS}?watch=true&resourceVersion=${from}`)), Infinity);
    const message = `too old resource version: ${from} (${await revision()})`;
    expect(events).toMatchObject([{ type: "ERROR", object: { kind: "Status", code: 410, reason: "Expired", message } }]);
  });
});

describe("the machine under the server", () => {
  let bed: KubeApiBed;
  let stores: (Store | undefined)[];

  beforeEach(async () => {
    bed = await KubeApiBed.start();
    stores = [];
    bed.api.onStore((store) => stores.push(store));
  });
  afterEach(() => bed.api.close());

  const nextStore = (): Promise<Store> =>
    new Promise((resolve) => {
      const stop = bed.api.onStore((store) => {
        if (store === undefined || store === stores[0]) return;
        queueMicrotask(() => stop());
        resolve(store);
      });
    });

  it("refuses connections and cuts watches while it is off, and listens on the same port after its boot", async () => {
    const watch = await bed.open(`${MAPS}?watch=true`);
    watch.resume();
    const cut = once(watch, "close").catch(() => []);
    const { port } = bed.api;
    bed.machine.powerOff();
    await cut;
    expect(bed.api.store).toBeUndefined();
    await expect(bed.ask("/readyz")).rejects.toMatchObject({ code: "ECONNREFUSED" });
    const back = nextStore();
    bed.machine.powerOn();
    expect(bed.api.store).toBeUndefined();
    await back;
    expect((await bed.ask("/readyz")).text).toBe("ok");
    expect(bed.api.port).toBe(port);
  });

  it("serves the reverted disk after a revert, and fences the store of before", async () => {
    const snapshot = bed.machine.takeSnapshot("bare", "", { memory: false, quiesce: false });
    await bed.ask(MAPS, { method: "POST", body: configMap("later") });
    const before = bed.api.store as Store;
    bed.machine.revert(snapshot.id);
    const back = nextStore();
    bed.machine.powerOn();
    const after = await back;
    expect((await bed.ask(`${MAPS}/later`)).code).toBe(404);
    expect(after.list(after.resource("ConfigMap"))).toEqual([]);
    const write = () =>
      before.create(before.resource("ConfigMap"), { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "x", namespace: "default" } });
    expect(write).toThrow("apiserver is shutting down");
    expect(stores.map((store) => store === undefined)).toEqual([false, true, false]);
  });

  it("stays off when the power goes again during the boot", async () => {
    bed.machine.powerOff();
    bed.machine.powerOn();
    bed.machine.powerOff();
    const back = nextStore();
    bed.machine.powerOn();
    await back;
    expect(stores.map((store) => store === undefined)).toEqual([false, true, false]);
  });
});
