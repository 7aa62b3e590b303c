import { FakeClock } from "@kubera-e2e/schema/clock";
import { KuberaError } from "@kubera-e2e/schema/kubera-error";
import { expect, test } from "vitest";
import type { KubeObject } from "../src/kube-client.ts";
import { Reflector, type Listing } from "../src/reflector.ts";
import type { WatchEvent } from "../src/watch-stream.ts";

const POLL_MS = 2000;
const pod = (name: string) => ({ apiVersion: "v1", kind: "Pod", metadata: { name, resourceVersion: "1" } });
const untilAborted = (signal: AbortSignal): Promise<never> =>
  new Promise((_resolve, reject) => signal.addEventListener("abort", () => reject(new Error("aborted")), { once: true }));

/** An API server by hand: answers lists, hangs on them or refuses them; its watches never tell anything. */
class Server {
  readonly clock = new FakeClock();
  lists = 0;
  names: readonly string[] = [];
  refusal: Error | undefined;
  hangs: boolean;
  readonly seen: string[] = [];
  readonly #stop = new AbortController();
  readonly reflector = new Reflector({
    clock: this.clock,
    pollMs: POLL_MS,
    list: (signal) => this.#list(signal),
    listMetadata: (signal) => this.#list(signal),
    open: async (_revision, signal) => this.#silentWatch(signal),
    onChange: ({ type, object }) => this.seen.push(`${this.clock.monotonicMs()} ${type} ${object.metadata.name}`),
    onState: () => this.seen.push(`${this.clock.monotonicMs()} ${this.reflector.trouble?.message.split("\n")[0] ?? "well"}`),
  });

  readonly #running: Promise<void>;

  constructor(hangs = false) {
    this.hangs = hangs;
    this.#running = this.reflector.run(this.#stop.signal);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }

  async #list(signal: AbortSignal): Promise<Listing> {
    this.lists += 1;
    if (this.hangs) return untilAborted(signal);
    if (this.refusal !== undefined) throw this.refusal;
    return { items: this.names.map(pod), revision: String(this.lists) };
  }

  async *#silentWatch(signal: AbortSignal): AsyncGenerator<WatchEvent> {
    await untilAborted(signal);
    yield { type: "BOOKMARK", revision: "0" };
  }
}

test("sees what a silent server with an open socket hides, within one poll", async () => {
  await using server = new Server();
  await server.clock.advance(500);
  server.names = ["hidden"];
  await server.clock.advance(POLL_MS - 500);
  expect(server.seen).toEqual(["0 well", "2000 ADDED hidden"]);
});

test("contents that changed under one revision are read within five minutes", async () => {
  const clock = new FakeClock();
  const stop = new AbortController();
  let phase = "Running";
  const listing = (): Listing => ({ items: [{ ...pod("a"), phase } as KubeObject], revision: "1" });
  const reflector = new Reflector({
    clock,
    pollMs: POLL_MS,
    list: async () => listing(),
    listMetadata: async () => listing(),
    open: async (_revision, signal) => untilAborted(signal),
    onChange: () => {},
  });
  const running = reflector.run(stop.signal);
  await clock.advance(500);
  phase = "Failed";
  for (let poll = 0; poll <= 150; poll += 1) await clock.advance(POLL_MS);
  expect(reflector.objects?.get("a")).toMatchObject({ phase: "Failed" });
  stop.abort();
  await running;
});

test("calls a list that hangs trouble after one poll, and is back within one poll of the server's answering again", async () => {
  await using server = new Server();
  await server.clock.advance(0);
  server.hangs = true;
  await server.clock.advance(2 * POLL_MS);
  expect(server.seen).toEqual(["0 well", "4000 [TIMED_OUT] a list has no answer"]);
  server.hangs = false;
  server.names = ["later"];
  await server.clock.advance(POLL_MS);
  expect(server.seen.slice(-2)).toEqual(["6000 well", "6000 ADDED later"]);
});

test("says so already when the very first list hangs", async () => {
  await using server = new Server(true);
  await server.clock.advance(POLL_MS);
  expect(server.reflector.objects).toBeUndefined();
  expect(server.reflector.trouble?.message).toBe(
    new KuberaError("TIMED_OUT", {
      what: "a list has no answer",
      where: "a list call that is still open",
      because: "the server has sent nothing of its answer for 2.0 s",
      fix: "Look whether the API server hangs, or its etcd, or whether a firewall drops packets.",
    }).message,
  );
});

test("does not crowd a server that hangs", async () => {
  await using server = new Server(true);
  await server.clock.advance(60_000);
  expect(server.lists).toBe(5);
});

test("is back within one poll after a refusal", async () => {
  await using server = new Server();
  await server.clock.advance(0);
  server.refusal = new Error("etcd is away");
  await server.clock.advance(POLL_MS);
  expect(server.seen).toEqual(["0 well", "2000 etcd is away"]);
  server.refusal = undefined;
  await server.clock.advance(POLL_MS);
  expect(server.reflector.trouble).toBeUndefined();
});

/** A server whose watch tells something every 500 ms, and nothing of one object. */
const hiddenFor = async (event: (revision: string) => WatchEvent, listMs: number): Promise<number> => {
  const clock = new FakeClock();
  const stop = new AbortController();
  let told = 1;
  const watch = async function* (signal: AbortSignal): AsyncGenerator<WatchEvent> {
    for (;;) {
      await clock.sleep(500, signal);
      told += 1;
      yield event(String(told));
    }
  };
  const list = async (signal: AbortSignal): Promise<Listing> => {
    const listing = { items: clock.monotonicMs() < 1000 ? [] : [pod("hidden")], revision: String(told) };
    await clock.sleep(listMs, signal);
    return listing;
  };
  const reflector = new Reflector({
    clock,
    pollMs: POLL_MS,
    list,
    listMetadata: list,
    open: (_revision, signal) => Promise.resolve(watch(signal)),
    onChange: () => {},
  });
  const running = reflector.run(stop.signal);
  while (reflector.objects?.has("hidden") !== true && clock.monotonicMs() < 200_000) await clock.advance(500);
  stop.abort();
  await running;
  return clock.monotonicMs();
};

test("a watch that tells only how far it has come puts no list off", async () => {
  expect(await hiddenFor((revision) => ({ type: "BOOKMARK", revision }), 0)).toBeLessThanOrEqual(2 * POLL_MS);
});

test("a talking watch that overtakes every list hides nothing for longer than a minute", async () => {
  const other = (revision: string): WatchEvent => ({
    type: "MODIFIED",
    object: { ...pod("other"), metadata: { name: "other", resourceVersion: revision } },
  });
  expect(await hiddenFor(other, 800)).toBeLessThanOrEqual(65_000);
});

test("what an overtaken watch still holds changes nothing any more", async () => {
  const clock = new FakeClock();
  const stop = new AbortController();
  let tell: (event: WatchEvent) => void = () => {};
  const late = new Promise<WatchEvent>((resolve) => (tell = resolve));
  let opened = 0;
  const told: string[] = [];
  const watch = async function* (signal: AbortSignal): AsyncGenerator<WatchEvent> {
    opened += 1;
    if (opened === 1) yield await late;
    await untilAborted(signal);
  };
  let listing: Listing = { items: [], revision: "1" };
  const reflector = new Reflector({
    clock,
    pollMs: POLL_MS,
    list: () => Promise.resolve(listing),
    listMetadata: () => Promise.resolve(listing),
    open: (_revision, signal) => Promise.resolve(watch(signal)),
    onChange: ({ type, object }) => told.push(`${type} ${object.metadata.name}`),
  });
  const running = reflector.run(stop.signal);
  await clock.advance(500);
  listing = { items: [{ ...pod("a"), metadata: { name: "a", uid: "new", resourceVersion: "9" } }], revision: "9" };
  await clock.advance(POLL_MS);
  tell({ type: "DELETED", object: { ...pod("a"), metadata: { name: "a", uid: "old", resourceVersion: "5" } } });
  await clock.advance(0);
  expect(told).toEqual(["ADDED a"]);
  expect(reflector.objects?.get("a")?.metadata.uid).toBe("new");
  stop.abort();
  await running;
});
