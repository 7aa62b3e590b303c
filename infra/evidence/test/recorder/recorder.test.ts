import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { FakeClock } from "@kubera-e2e/schema/clock";
import { Redactor } from "@kubera-e2e/schema/redactor";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Recorder } from "../../src/index.ts";
import type { KindListener, RecordedCluster } from "../../src/recorder/recorded-cluster.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "kubera-recorder-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A cluster that tells what a test says, and never ends by itself. */
class ToldCluster implements RecordedCluster {
  readonly cluster = "server";
  readonly listeners = new Map<string, KindListener>();
  isDeaf = false;

  follow({ kind }: { readonly kind: string }, listener: KindListener, signal: AbortSignal): Promise<void> {
    this.listeners.set(kind, listener);
    if (this.isDeaf) return new Promise(() => {});
    return new Promise((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
  }

  followLogs(): Promise<AsyncIterable<Uint8Array>> {
    return Promise.reject(new Error("no logs here"));
  }

  tell(kind: string, object: object): void {
    this.listeners.get(kind)?.onChange("ADDED", object);
  }

  begin(): void {
    for (const listener of this.listeners.values()) listener.onTrouble(undefined);
  }
}

const open = (cluster = new ToldCluster(), redactor = new Redactor()) => {
  const clock = new FakeClock(Date.parse("2026-11-24T10:00:00Z"));
  const recorder = new Recorder({ bed: "sim", kube: cluster, folder, namespaces: ["kubera"], redactor, clock });
  return { cluster, clock, recorder };
};

const event = (uid: number, minute = 1): object => ({
  metadata: { name: `e${uid}`, uid: `u${uid}`, namespace: "kubera" },
  involvedObject: { kind: "Pod", namespace: "kubera", name: "mysql-0" },
  type: "Normal",
  reason: "Pulled",
  message: `Successfully pulled image "mysql:5.7" for the ${uid}th time`,
  lastTimestamp: new Date(Date.parse("2026-11-24T10:00:00Z") + minute * 60_000).toISOString(),
});

const WINDOW = [new Date("2026-11-24T10:00:00Z"), new Date("2026-11-24T10:30:00Z")] as const;

describe("a recorder", () => {
  test("says what it has not read, what was malformed, and what the server forgot, each for its own time", async () => {
    const { cluster, clock, recorder } = open();
    const gaps = async (from = WINDOW[0], to = WINDOW[1]): Promise<string[]> =>
      (await recorder.between(from, to)).gaps.map(({ collector, because }) => `${collector}: ${because}`);
    expect(await gaps()).toEqual([
      "events server: nothing was read yet",
      "pods server: nothing was read yet",
      "nodes server: nothing was read yet",
    ]);
    cluster.begin();
    expect(await gaps()).toEqual([]);
    cluster.tell("Event", { metadata: { uid: "u1" } });
    cluster.tell("Pod", { metadata: { uid: "u2", name: 7 }, status: { phase: "Running" } });
    await clock.advance(60_000);
    cluster.listeners.get("Node")?.onLoss(clock.now() - 1000);
    cluster.listeners.get("Event")?.onTrouble(new Error("[CONNECTION_REFUSED] nothing listens there\n  where: x"));
    expect(await gaps()).toEqual([
      "events server: event u1 carries no time",
      expect.stringMatching(/^pods server: an object of kind Pod is malformed: /),
      "history server: the API server no longer knew which nodes came and went since 2026-11-24T10:00:59.000Z",
      "events server: [CONNECTION_REFUSED] nothing listens there",
    ]);
    cluster.begin();
    expect(await gaps(new Date("2026-11-24T10:05:00Z"))).toEqual([]);
    await recorder.close();
  });

  test("is waited for until its streams are current, and not for ever", async () => {
    const { cluster, clock, recorder } = open();
    let isOver = false;
    const waiting = recorder.current(1000).then(() => (isOver = true));
    await clock.advance(500);
    expect(isOver).toBe(false);
    cluster.begin();
    await clock.advance(50);
    expect(await waiting).toBe(true);

    cluster.listeners.get("Event")?.onTrouble(new Error("[CONNECTION_REFUSED] nothing listens there"));
    const late = recorder.current(1000);
    await clock.advance(1000);
    await late;
    expect((await recorder.between(...WINDOW)).gaps).toHaveLength(1);
    await recorder.close();
  });

  test("gives what happened in a window, oldest first, with what came a moment ago, and keeps it when the run is killed", async () => {
    const { cluster, recorder } = open();
    for (const [uid, minute] of [
      [1, 40],
      [2, 5],
      [3, 2],
    ] as const)
      cluster.tell("Event", event(uid, minute));
    const { facts } = await recorder.between(...WINDOW);
    expect(facts.map(({ at }) => at)).toEqual(["2026-11-24T10:02:00.000Z", "2026-11-24T10:05:00.000Z"]);
    expect(
      readFileSync(join(folder, "server", "events.ndjson"), "utf8")
        .trimEnd()
        .split("\n"),
    ).toHaveLength(3);
    await recorder.close();
  });

  test("masks secrets before anything is written", async () => {
    const { cluster, recorder } = open(new ToldCluster(), new Redactor(["hunter22"]));
    cluster.tell("Event", { ...event(1), message: "login hunter22" });
    await recorder.close();
    const text = readFileSync(join(folder, "server", "events.ndjson"), "utf8");
    expect([text.includes("hunter22"), text.includes("login «redacted»")]).toEqual([false, true]);
  });

  test("keeps no run from ending, whatever its cluster does", async () => {
    const cluster = new ToldCluster();
    cluster.isDeaf = true;
    const { clock, recorder } = open(cluster);
    const closing = recorder.close();
    await clock.advance(5000);
    expect(await closing).toBeUndefined();
  });
});

const heapBytes = (): number => {
  setFlagsFromString("--expose-gc");
  (runInNewContext("gc") as () => void)();
  return process.memoryUsage().heapUsed;
};

test("100,000 events cost 50 MB of disk and less than 16 MB of memory", async () => {
  const { cluster, recorder } = open();
  const before = heapBytes();
  for (let uid = 0; uid < 100_000; uid += 1) {
    cluster.tell("Event", event(uid, uid % 60));
    if (uid % 1000 === 999) await recorder.between(new Date(0), new Date(0));
  }
  const grown = heapBytes() - before;
  expect(statSync(join(folder, "server", "events.ndjson")).size).toBeLessThan(50_000_000);
  expect(grown).toBeLessThan(16_000_000);
  await recorder.close();
}, 60_000);
