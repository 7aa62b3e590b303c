import { notYet, reached, waitUntil } from "@kubera-e2e/schema/wait-until";
import { describe, expect, test } from "vitest";
import type { KubeClient } from "../src/index.ts";
import { type FakeApi, pod, startFakeApi, status } from "./fake-api.ts";

const PODS = { apiVersion: "v1", kind: "Pod" };

const eventually = (what: string, holds: () => boolean): Promise<true> =>
  waitUntil({ what, deadlineMs: 5000, intervalMs: 5, probe: async () => (holds() ? reached(true as const) : notYet("not so")) });

const followPods = (client: KubeClient) => {
  const told: string[] = [];
  const troubles: (string | undefined)[] = [];
  const losses: number[] = [];
  const stop = new AbortController();
  const done = client.follow(
    PODS,
    {
      onChange: (type, { metadata }) => void told.push(`${type} ${metadata.name}`),
      onTrouble: (trouble) => void troubles.push(trouble?.message.split("\n")[0]),
      onLoss: (sinceMs) => void losses.push(sinceMs),
    },
    stop.signal,
  );
  const end = async (): Promise<void> => {
    stop.abort();
    await done;
  };
  return { told, troubles, losses, end };
};

const opened = (api: FakeApi): Promise<true> => eventually("the watch is open", () => api.watching === 1);

describe("a kind that is followed", () => {
  test("is told from what is there on", async () => {
    await using api = await startFakeApi();
    await using client = api.open(5);
    api.put(pod("old", true));
    const feed = followPods(client);
    await opened(api);
    api.put(pod("new", false));
    api.put(pod("old", false));
    api.remove(pod("new", false));
    await eventually("all is told", () => feed.told.length === 4);
    await feed.end();
    expect(feed.told).toEqual(["ADDED old", "ADDED new", "MODIFIED old", "DELETED new"]);
    expect(feed.troubles).toEqual([undefined]);
  });

  test.each(["end", "destroy"] as const)(
    "is told whole when the server makes its watch %s, also what came and went meanwhile",
    async (how) => {
      await using api = await startFakeApi();
      await using client = api.open(5);
      const feed = followPods(client);
      await opened(api);
      api.breakWatches(how);
      await eventually("the watch has ended", () => api.watching === 0);
      api.put(pod("brief", true));
      api.put(pod("brief", false));
      api.remove(pod("brief", false));
      await eventually("all is told", () => feed.told.length >= 3);
      await feed.end();
      expect(feed.told).toEqual(["ADDED brief", "MODIFIED brief", "DELETED brief"]);
      expect(feed.losses).toEqual([]);
    },
  );

  test("is told whole by a server that had fallen silent", async () => {
    await using api = await startFakeApi();
    await using client = api.open(20);
    const feed = followPods(client);
    await opened(api);
    api.silent = true;
    api.put(pod("a", true));
    api.put(pod("a", false));
    api.put(pod("b", true));
    api.silent = false;
    await eventually("all is told", () => feed.told.length >= 3);
    await feed.end();
    expect(feed.told).toEqual(["ADDED a", "MODIFIED a", "ADDED b"]);
  });

  test("is told as lists show it by a server whose watches never tell", async () => {
    await using api = await startFakeApi();
    await using client = api.open(10);
    api.put(pod("gone", true));
    const feed = followPods(client);
    await opened(api);
    api.silent = true;
    api.forgetful = true;
    api.put(pod("a", true));
    api.remove(pod("gone", true));
    await eventually("all is told", () => feed.told.length >= 3);
    await feed.end();
    expect(feed.told.toSorted()).toEqual(["ADDED a", "ADDED gone", "DELETED gone"]);
  });

  test("is told of an object that another of its name replaces as gone and come", async () => {
    await using api = await startFakeApi();
    await using client = api.open(5);
    const named = (uid: string) => ({ ...pod("mysql-0", true), metadata: { name: "mysql-0", namespace: "kubera", uid } });
    api.put(named("u1"));
    const feed = followPods(client);
    await opened(api);
    api.put(named("u2"));
    await eventually("all is told", () => feed.told.length === 3);
    api.rewind(7, [named("u1")]);
    await eventually("the first one is told again", () => feed.told.length === 5);
    await feed.end();
    expect(feed.told).toEqual(["ADDED mysql-0", "DELETED mysql-0", "ADDED mysql-0", "DELETED mysql-0", "ADDED mysql-0"]);
  });

  test("tells since when its history is lost", async () => {
    await using api = await startFakeApi();
    await using client = api.open(5);
    const beforeMs = Date.now();
    const feed = followPods(client);
    await opened(api);
    api.silent = true;
    api.put(pod("missed", true));
    api.silent = false;
    api.tell("ERROR", { ...status(410, "Expired", "too old resource version"), kind: "Status" });
    await eventually("the missed change is told", () => feed.told.length > 0);
    await feed.end();
    expect(feed.told).toEqual(["ADDED missed"]);
    expect(feed.losses).toHaveLength(1);
    expect(feed.losses[0]).toBeGreaterThanOrEqual(beforeMs);
  });

  test("is told anew when etcd was set back", async () => {
    await using api = await startFakeApi();
    await using client = api.open(20);
    api.put(pod("today", true));
    const feed = followPods(client);
    await opened(api);
    api.rewind(7, [pod("yesterday", true)]);
    await eventually("yesterday is told", () => feed.told.includes("ADDED yesterday"));
    await opened(api);
    api.put(pod("again", true));
    await eventually("what comes after is told", () => feed.told.includes("ADDED again"));
    await feed.end();
    expect(feed.told).toEqual(["ADDED today", "DELETED today", "ADDED yesterday", "ADDED again"]);
    expect(feed.losses).toEqual([]);
  });

  test("tells its trouble, also of the first list, and when it is over", async () => {
    await using api = await startFakeApi();
    await using client = api.open(20);
    await client.list(PODS);
    api.refusals.push({ status: 403, body: status(403, "Forbidden", "pods is forbidden") });
    const feed = followPods(client);
    await opened(api);
    await eventually("the trouble is over", () => feed.troubles.length === 2);
    await feed.end();
    expect(feed.troubles).toEqual(["[KUBE_REFUSED] cluster server answered 403 Forbidden to GET", undefined]);
  });

  test("ends when its client is closed", async () => {
    await using api = await startFakeApi();
    const client = api.open(5);
    const feed = followPods(client);
    await opened(api);
    client.close();
    expect(await eventually("the watch is closed", () => api.watching === 0)).toBe(true);
    await feed.end();
  });
});
