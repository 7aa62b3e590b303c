import { waitUntil, notYet, reached } from "@kubera-e2e/schema/wait-until";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isKuberaError } from "@kubera-e2e/schema/kubera-error";
import type { KubeClient, ObservedKind } from "../src/index.ts";
import { parseWatchEvent } from "../src/watch-stream.ts";
import { FakeApi, pod, startFakeApi, status } from "./fake-api.ts";

const PODS = { apiVersion: "v1", kind: "Pod" };

const eventually = (what: string, holds: () => boolean, deadlineMs = 5000): Promise<true> =>
  waitUntil({ what, deadlineMs, intervalMs: 5, probe: async () => (holds() ? reached(true as const) : notYet("not so")) });

const names = (seen: ObservedKind): string[] => [...(seen.objects?.values() ?? [])].map(({ metadata }) => metadata.name).toSorted();

const watchPods = (client: KubeClient): { told: string[]; stop: () => void; done: Promise<void> } => {
  const told: string[] = [];
  const stop = new AbortController();
  const done = client.watch(PODS, (type, object) => told.push(`${type} ${object.metadata.name}`), {
    namespace: "kubera",
    signal: stop.signal,
  });
  return { told, stop: () => stop.abort(), done };
};

const opened = (api: FakeApi): Promise<true> => eventually("the watch is open", () => api.watching === 1);

test("tells changes from now on, not what was there", async () => {
  await using api = await startFakeApi();
  await using client = api.open();
  api.put(pod("old", true));
  const watch = watchPods(client);
  await opened(api);
  api.put(pod("new", false));
  api.put(pod("old", false));
  api.remove(pod("new", false));
  await eventually("three changes are told", () => watch.told.length === 3);
  watch.stop();
  await watch.done;
  expect(watch.told).toEqual(["ADDED new", "MODIFIED old", "DELETED new"]);
  await eventually("the watch is closed", () => api.watching === 0);
});

test.each(["end", "destroy"] as const)("loses nothing when the server makes the watch %s", async (how) => {
  await using api = await startFakeApi();
  await using client = api.open();
  const watch = watchPods(client);
  await opened(api);
  api.breakWatches(how);
  await eventually("the watch has ended", () => api.watching === 0);
  api.put(pod("meanwhile", true));
  await opened(api);
  api.put(pod("afterwards", true));
  await eventually("the later change is told", () => watch.told.includes("ADDED afterwards"));
  watch.stop();
  await watch.done;
  expect(watch.told).toEqual(["ADDED meanwhile", "ADDED afterwards"]);
});

test("lists again when its revision is gone", async () => {
  await using api = await startFakeApi();
  await using client = api.open();
  const watch = watchPods(client);
  await opened(api);
  api.silent = true;
  api.put(pod("missed", true));
  api.silent = false;
  api.tell("ERROR", { ...status(410, "Expired", "too old resource version"), kind: "Status" });
  await eventually("the missed change is told", () => watch.told.length > 0);
  watch.stop();
  await watch.done;
  expect(watch.told).toEqual(["ADDED missed"]);
});

test("rejects with the refusal of the first list", async () => {
  await using api = await startFakeApi();
  await using client = api.open();
  await client.list(PODS);
  api.refusals.push({ status: 403, body: status(403, "Forbidden", "pods is forbidden") });
  await expect(watchPods(client).done).rejects.toThrow("pods is forbidden");
});

test("passes on what the listener throws", async () => {
  await using api = await startFakeApi();
  await using client = api.open();
  const { signal } = new AbortController();
  const done = client.watch(
    PODS,
    () => {
      throw new Error("a defect of the listener");
    },
    { signal },
  );
  await opened(api);
  api.put(pod("a", true));
  await expect(done).rejects.toThrow("a defect of the listener");
});

describe("an observed kind", () => {
  test("shares one list and one watch among all who observe it", async () => {
    await using api = await startFakeApi();
    await using client = api.open();
    const [one, two] = [client.observe(PODS, { namespace: "kubera" }), client.observe(PODS, { namespace: "kubera" })];
    await opened(api);
    expect(api.requests.filter((request) => request.includes("pods"))).toHaveLength(2);
    one.close();
    one.close();
    api.put(pod("a", true));
    await eventually("the other still sees", () => names(two).includes("a"));
    two.close();
    await eventually("the watch is closed", () => api.watching === 0);
  });

  test("notices a change that a silent server does not tell, by its safety list", async () => {
    await using api = await startFakeApi();
    await using client = api.open(50);
    const seen = client.observe(PODS);
    await opened(api);
    api.silent = true;
    api.put(pod("hidden", true));
    await eventually("the hidden pod is seen", () => names(seen).length > 0);
    expect(names(seen)).toEqual(["hidden"]);
    seen.close();
  });

  test("is checked by whole lists where a server has no other form", async () => {
    await using api = await startFakeApi();
    api.refuse = ({ accept = "" }) =>
      accept.includes("as=PartialObjectMetadataList")
        ? { status: 406, body: status(406, "NotAcceptable", "only application/json is served") }
        : undefined;
    await using client = api.open(20);
    const seen = client.observe(PODS);
    let troubles = 0;
    seen.subscribe(() => (troubles += seen.trouble === undefined ? 0 : 1));
    await opened(api);
    api.silent = true;
    api.put(pod("hidden", true));
    await eventually("the hidden pod is seen", () => names(seen).length > 0);
    expect(troubles).toBe(0);
    seen.close();
  });

  test("follows an etcd that was set back to an older revision", async () => {
    await using api = await startFakeApi();
    await using client = api.open(50);
    api.put(pod("today", true));
    const seen = client.observe(PODS);
    await eventually("today is seen", () => names(seen).includes("today"));
    api.rewind(7, [pod("yesterday", true)]);
    await eventually("only yesterday is seen", () => names(seen).join() === "yesterday");
    await opened(api);
    api.put(pod("again", true));
    await eventually("what comes after is seen", () => names(seen).length === 2);
    expect(names(seen)).toEqual(["again", "yesterday"]);
    seen.close();
  });

  test("lists no more while its watch stands when it is in the background", async () => {
    await using api = await startFakeApi();
    await using client = api.open(10);
    const lists = (path: string): number => api.requests.filter((request) => request === `GET ${path}`).length;
    const calm = client.observe(PODS, { background: true });
    const waitedOn = client.observe(PODS, { namespace: "kubera" });
    await eventually("the other lists five times", () => lists("/api/v1/namespaces/kubera/pods") >= 5);
    expect(lists("/api/v1/pods")).toBe(1);
    calm.close();
    waitedOn.close();
  });

  test("asks at the full pace again while there is trouble, in the background too", async () => {
    await using api = await startFakeApi();
    await using client = api.open(10);
    const seen = client.observe(PODS, { background: true });
    await opened(api);
    api.refusals = Array.from({ length: 30 }, () => ({ status: 500, body: status(500, "InternalError", "etcd is away") }));
    api.tell("ERROR", { ...status(500, "InternalError", "etcd is away"), kind: "Status" });
    await eventually("thirty refusals are over", () => api.refusals.length === 0 && seen.trouble === undefined);
    expect(api.watching).toBeLessThanOrEqual(1);
    seen.close();
  });

  test.each([false, true])("tells its trouble while the server is away, and recovers; in the background: %s", async (background) => {
    await using api = await startFakeApi();
    const { port } = api;
    await using client = api.open(50);
    const seen = client.observe(PODS, { background });
    await opened(api);
    await api[Symbol.asyncDispose]();
    await eventually("there is trouble", () => isKuberaError(seen.trouble) && seen.trouble.code === "CONNECTION_REFUSED");
    await using later = new FakeApi();
    await later.start(port);
    later.put(pod("later", true));
    await eventually("the trouble is over", () => seen.trouble === undefined && names(seen).length > 0);
    expect(names(seen)).toEqual(["later"]);
    seen.close();
  });
});

const outcomeOf = (line: string): string => {
  try {
    return parseWatchEvent(line, "server").type;
  } catch (error) {
    return isKuberaError(error) ? "house" : String(error);
  }
};

describe("a line of a watch", () => {
  test.each([
    ["not JSON", "{", "a line of 1 characters is not a JSON object"],
    ["a number", "7", "a line of 1 characters is not a JSON object"],
    ["an unknown type", '{"type":"NEWS","object":{}}', 'its type is "NEWS"'],
    ["an object without a name", '{"type":"ADDED","object":{"kind":"Pod","metadata":{}}}', 'its type is "ADDED"'],
    ["a bookmark without a revision", '{"type":"BOOKMARK","object":{"metadata":{}}}', 'its type is "BOOKMARK"'],
  ])("is refused when it is %s", (_name, line, because) => {
    expect(() => parseWatchEvent(line, "server")).toThrow(because);
  });

  test("is an event or an error of the house, whatever it holds", () => {
    const event = fc.record({ type: fc.constantFrom("ADDED", "BOOKMARK", "ERROR", "DELETED", "x"), object: fc.jsonValue() });
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.json(),
          event.map((value) => JSON.stringify(value)),
        ),
        (line) => {
          expect(outcomeOf(line)).toMatch(/^(ADDED|MODIFIED|DELETED|BOOKMARK|house)$/);
        },
      ),
    );
  });
});

test("ends its watch when the client is closed", async () => {
  await using api = await startFakeApi();
  const client = api.open();
  client.observe(PODS);
  await opened(api);
  client.close();
  expect(await eventually("the watch is closed", () => api.watching === 0)).toBe(true);
});
