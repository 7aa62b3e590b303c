import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { KubeClient, KubeObject } from "@kubera-e2e/kube";
import { FakeClock } from "@kubera-e2e/schema/clock";
import { factSchema, type Fact } from "@kubera-e2e/schema/evidence";
import { Redactor } from "@kubera-e2e/schema/redactor";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { EventStream } from "../src/event-stream.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "kubera-events-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const FROM = new Date("2026-01-01T00:00:00Z");
const TO = new Date("2026-01-01T01:00:00Z");

/** A cluster whose events a test puts there and takes away. */
class EventCluster {
  objects: Map<string, KubeObject> | undefined;
  trouble: Error | undefined;
  isClosed = false;
  #wake: () => void = () => {};

  put(uid: string, over: object): void {
    const base = { apiVersion: "v1", kind: "Event", metadata: { name: uid, uid } };
    const involvedObject = { kind: "Pod", namespace: "kubera", name: "p" };
    const event = { ...base, involvedObject, type: "Normal", reason: "Pulled", lastTimestamp: "2026-01-01T00:10:00Z", ...over };
    this.objects = new Map([...(this.objects ?? []), [uid, event]]);
    this.#wake();
  }

  /** What a revert does to events. */
  forget(): void {
    this.objects = new Map();
    this.#wake();
  }

  subscribe(wake: () => void): () => void {
    this.#wake = wake;
    return () => {
      this.#wake = () => {};
    };
  }

  close(): void {
    this.isClosed = true;
  }

  get client(): KubeClient {
    return { cluster: "server", observe: () => this } as unknown as KubeClient;
  }
}

const open = (cluster: EventCluster, redactor = new Redactor()) => {
  const clock = new FakeClock();
  const file = join(folder, "evidence", "events-server.ndjson");
  return { clock, file, stream: new EventStream({ bed: "sim", kube: cluster.client, file, redactor, clock }) };
};

const lines = (file: string): Fact[] =>
  readFileSync(file, "utf8")
    .trimEnd()
    .split("\n")
    .map((line) => factSchema.parse(JSON.parse(line)));

describe("EventStream", () => {
  test("keeps events that were there before and those that come, once each, in memory and as ndjson", async () => {
    const cluster = new EventCluster();
    cluster.put("e1", { message: "first" });
    const { stream, clock, file } = open(cluster);
    cluster.put("e2", { message: "second" });
    await clock.advance(200);
    cluster.put("e2", { message: "second" });
    await clock.advance(200);
    expect(stream.between(FROM, TO).map(({ data }) => data["message"])).toEqual(["first", "second"]);
    await stream.close();
    expect(lines(file).map(({ data }) => data["message"])).toEqual(["first", "second"]);
    expect(cluster.isClosed).toBe(true);
  });

  test("tells a sighting with a higher count as a new one", async () => {
    const cluster = new EventCluster();
    const { stream, clock } = open(cluster);
    cluster.put("e1", { count: 1 });
    await clock.advance(200);
    cluster.put("e1", { count: 2, lastTimestamp: "2026-01-01T00:20:00Z" });
    await clock.advance(200);
    expect(stream.between(FROM, TO).map(({ data }) => data["count"])).toEqual([1, 2]);
    await stream.close();
  });

  test("keeps what a revert takes out of the cluster", async () => {
    const cluster = new EventCluster();
    const { stream, clock } = open(cluster);
    cluster.put("e1", {});
    await clock.advance(200);
    cluster.forget();
    await clock.advance(200);
    expect(stream.between(FROM, TO)).toHaveLength(1);
    await stream.close();
  });

  test("gives the events of a window, oldest first, with what came a moment ago", async () => {
    const cluster = new EventCluster();
    const { stream } = open(cluster);
    cluster.put("late", { lastTimestamp: "2026-01-01T00:30:00Z", message: "late" });
    cluster.put("early", { lastTimestamp: "2026-01-01T00:05:00Z", message: "early" });
    cluster.put("after", { lastTimestamp: "2026-01-01T02:00:00Z", message: "after" });
    expect(stream.between(FROM, TO).map(({ data }) => data["message"])).toEqual(["early", "late"]);
    await stream.close();
  });

  test("masks secrets before anything is written", async () => {
    const cluster = new EventCluster();
    const { stream, file } = open(cluster, new Redactor(["hunter22"]));
    cluster.put("e1", { message: "login hunter22" });
    await stream.close();
    expect(readFileSync(file, "utf8")).not.toContain("hunter22");
    expect(lines(file)[0]?.data["message"]).toBe("login «redacted»");
  });

  test("says when it has read nothing yet, and when the cluster does not answer", async () => {
    const cluster = new EventCluster();
    const { stream } = open(cluster);
    expect(stream.gap()).toEqual({ collector: "events server", because: "nothing was read yet" });
    cluster.put("e1", {});
    expect(stream.gap()).toBeUndefined();
    cluster.trouble = new Error("[CONNECTION_REFUSED] nothing listens there\n  where: x");
    expect(stream.gap()).toEqual({ collector: "events server", because: "[CONNECTION_REFUSED] nothing listens there" });
    await stream.close();
  });

  test("goes on in memory and says so when its file cannot be written", async () => {
    const cluster = new EventCluster();
    const stream = new EventStream({
      bed: "sim",
      kube: cluster.client,
      file: "/dev/null/events",
      redactor: new Redactor(),
      clock: new FakeClock(),
    });
    cluster.put("e1", {});
    expect(stream.between(FROM, TO)).toHaveLength(1);
    await stream.close();
    expect(stream.gap()?.because).toMatch(/^\/dev\/null\/events cannot be written: /);
  });
});
