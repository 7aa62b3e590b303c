import { FakeClock } from "@kubera-e2e/schema/clock";
import { expect, test } from "vitest";
import { Reflector } from "../src/reflector.ts";
import type { WatchEvent } from "../src/watch-stream.ts";

const POLL_MS = 2000;
const pod = (name: string, resourceVersion = "1") => ({ apiVersion: "v1", kind: "Pod", metadata: { name, resourceVersion } });
const untilAborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));

/** A server of many pods by hand: a watch tells what is newer than where it begins, and nothing of what comes later unless it talks. */
class LargeServer {
  readonly clock = new FakeClock();
  readonly counts = { lists: 0, glances: 0, watches: 0 };
  revision = 1000;
  talks = false;
  readonly hidden: { readonly name: string; readonly revision: number }[] = [];
  hangs = false;
  readonly #stop = new AbortController();
  readonly reflector: Reflector;
  readonly #running: Promise<void>;

  constructor(pods = 501) {
    const names = Array.from({ length: pods }, (_, index) => `many-${index}`);
    this.reflector = new Reflector({
      clock: this.clock,
      pollMs: POLL_MS,
      list: async () => {
        this.counts.lists += 1;
        return { items: [...names, ...this.hidden.map(({ name }) => name)].map((name) => pod(name)), revision: String(this.revision) };
      },
      glance: async (signal) => {
        this.counts.glances += 1;
        if (this.hangs) await untilAborted(signal);
        return String(this.revision);
      },
      open: async (revision, signal) => this.#watch(Number(revision), signal),
      onChange: () => {},
    });
    this.#running = this.reflector.run(this.#stop.signal);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }

  async *#watch(from: number, signal: AbortSignal): AsyncGenerator<WatchEvent> {
    this.counts.watches += 1;
    for (const { name, revision } of this.hidden) if (revision > from) yield { type: "ADDED", object: pod(name, String(revision)) };
    while (!signal.aborted) {
      if (!this.talks) return await untilAborted(signal);
      await this.clock.sleep(500, signal).catch(() => {});
      this.revision += 1;
      yield { type: "MODIFIED", object: pod("many-0", String(this.revision)) };
    }
  }
}

test("a large kind whose watch is quiet is watched anew at every poll, and listed once a minute", async () => {
  await using server = new LargeServer();
  await server.clock.advance(0);
  server.revision += 1;
  for (let at = 0; at < 59_000; at += 500) await server.clock.advance(500);
  expect(server.counts).toEqual({ lists: 1, glances: 29, watches: 30 });
  for (let at = 0; at < 4000; at += 500) await server.clock.advance(500);
  expect(server.counts.lists).toBe(2);
});

test("what a silent watch of a large kind hides is told within one poll", async () => {
  await using server = new LargeServer();
  await server.clock.advance(0);
  server.revision += 1;
  server.hidden.push({ name: "hidden", revision: server.revision });
  await server.clock.advance(POLL_MS);
  await server.clock.advance(0);
  expect(server.reflector.objects?.has("hidden")).toBe(true);
  expect(server.counts.lists).toBe(1);
});

test("a large kind whose watch talks is never listed again, for its own words prove it current", async () => {
  await using server = new LargeServer();
  server.talks = true;
  for (let at = 0; at < 290_000; at += 500) await server.clock.advance(500);
  expect(server.counts).toEqual({ lists: 1, glances: 4, watches: 1 });
});

test("a server that was set back is listed", async () => {
  await using server = new LargeServer();
  await server.clock.advance(0);
  server.revision = 10;
  await server.clock.advance(POLL_MS);
  await server.clock.advance(0);
  expect(server.counts).toMatchObject({ lists: 2, watches: 2 });
});

test("a server that does not answer a glance is in trouble after one poll", async () => {
  await using server = new LargeServer();
  await server.clock.advance(0);
  server.hangs = true;
  await server.clock.advance(2 * POLL_MS);
  expect(server.reflector.trouble?.message.split("\n")[0]).toBe("[TIMED_OUT] a list has no answer");
});

test("a small kind is listed at every poll", async () => {
  await using server = new LargeServer(500);
  for (let at = 0; at < 10_000; at += 500) await server.clock.advance(500);
  expect(server.counts).toEqual({ lists: 6, glances: 0, watches: 1 });
});
