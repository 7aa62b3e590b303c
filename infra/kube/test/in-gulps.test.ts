import { once } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import { Agent, createServer, get } from "node:https";
import type { AddressInfo } from "node:net";
import { PassThrough } from "node:stream";
import { FakeClock, systemClock } from "@kubera-e2e/schema/clock";
import { createAuthority } from "@kubera-e2e/sim/parts";
import { beforeAll, expect, test } from "vitest";
import { inGulps, type GulpOptions } from "../src/in-gulps.ts";

const AT_ONCE = 200;
const REST_MS = 200;

let authority: Awaited<ReturnType<typeof createAuthority>>;
beforeAll(async () => {
  authority = await createAuthority();
});

/** One answer over TLS that goes on: what its server writes, and what is read of it. */
const talk = async (options: GulpOptions, agent: Agent | false = false) => {
  const { certPem: cert, keyPem: key } = await authority.issueServer();
  let answer: ServerResponse | undefined;
  const server = createServer({ cert, key }, (_request, response) => {
    answer = response;
    response.flushHeaders();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const [stream] = (await once(get({ host: "127.0.0.1", port, ca: authority.certPem, agent }), "response")) as [IncomingMessage];
  const read: string[] = [];
  const done = (async () => {
    for await (const chunk of inGulps(stream, options)) read.push(chunk.toString());
  })();
  // A server that goes away in the middle is no matter here.
  done.catch(() => {});
  const write = (text: string): Promise<void> => new Promise((resolve) => answer?.write(text, () => resolve()));
  /** Each is read before the next is sent. */
  const oneByOne = async (count: number, first = 0): Promise<void> => {
    for (let index = first; index < first + count; index += 1) {
      await write(`${index};`);
      await expect.poll(() => read.join(""), { interval: 1 }).toMatch(new RegExp(`(^|;)${index};$`));
    }
  };
  /** It is read until it rests. */
  const rest = async (): Promise<void> => {
    await oneByOne(AT_ONCE + 1);
    await expect.poll(() => stream.socket.isPaused()).toBe(true);
  };
  /** What was read after it rested for the first time. */
  const since = (): string => read.slice(AT_ONCE + 1).join("");
  const dispose = async (): Promise<void> => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  return { stream, read, done, write, oneByOne, rest, since, end: (text?: string) => answer?.end(text), [Symbol.asyncDispose]: dispose };
};

test("what comes is read as it comes, until it was much, and again when all was quiet for a while", async () => {
  const clock = new FakeClock();
  await using one = await talk({ clock });
  await one.oneByOne(AT_ONCE);
  await clock.advance(AT_ONCE * REST_MS);
  await one.oneByOne(AT_ONCE, AT_ONCE);
  expect(one.read).toHaveLength(2 * AT_ONCE);
});

test("however much was read at once, it is read as it comes again after a while", async () => {
  const clock = new FakeClock();
  await using one = await talk({ clock });
  const much = `${"x".repeat(8_000_000)};`;
  await one.write(much);
  await expect.poll(async () => (await clock.advance(REST_MS), one.read.join("").length)).toBe(much.length);
  await clock.advance((AT_ONCE + 1) * REST_MS);
  await one.oneByOne(AT_ONCE);
  expect(one.stream.socket.isPaused()).toBe(false);
  // No more than that is ever saved up.
  await clock.advance(10 * AT_ONCE * REST_MS);
  await one.oneByOne(AT_ONCE + 1, AT_ONCE);
  await expect.poll(() => one.stream.socket.isPaused()).toBe(true);
});

test("a stream that goes on rests; then all that came meanwhile is read, in its order", async () => {
  const clock = new FakeClock();
  await using one = await talk({ clock });
  await one.rest();
  for (const text of ["a;", "b;", "c;"]) await one.write(text);
  await clock.advance(REST_MS - 1);
  expect(one.since()).toBe("");
  await clock.advance(1);
  await expect.poll(one.since).toBe("a;b;c;");
});

test("a stream that rests leaves much to the system", async () => {
  await using one = await talk({ clock: new FakeClock() });
  await one.rest();
  const { socket } = one.stream;
  const before = socket.bytesRead;
  void one.write("x".repeat(8_000_000));
  let last = before;
  const hasStopped = (): boolean => {
    const [was, now] = [last, socket.bytesRead];
    last = now;
    return now > before && now === was;
  };
  await expect.poll(hasStopped, { interval: 100 }).toBe(true);
  expect(socket.bytesRead - before).toBeLessThan(200_000);
});

test("much at once is read without a rest between", async () => {
  const clock = new FakeClock();
  await using one = await talk({ clock });
  await one.rest();
  const much = "x".repeat(8_000_000);
  const written = one.write(much);
  await clock.advance(REST_MS);
  await written;
  await expect.poll(() => one.since().length).toBe(much.length);
});

test("an end that comes during a rest is seen after it", async () => {
  const clock = new FakeClock();
  await using one = await talk({ clock });
  await one.rest();
  await one.write("last;");
  one.end();
  await clock.advance(REST_MS);
  await expect.poll(() => one.read.at(-1)).toBe("last;");
  await clock.advance(REST_MS);
  await one.done;
  expect(one.since()).toBe("last;");
});

test("the socket of a stream that has ended is free for others, and not paused", async () => {
  const clock = new FakeClock();
  const agent = new Agent({ keepAlive: true });
  await using one = await talk({ clock }, agent);
  await one.rest();
  const { socket } = one.stream;
  const paused: string[] = [];
  agent.on("free", () => (socket.pause = () => (paused.push("paused"), socket)));
  one.end("last;");
  await clock.advance(REST_MS);
  await one.done;
  expect([one.since(), paused, Object.values(agent.freeSockets).flat().length]).toEqual(["last;", [], 1]);
  agent.destroy();
});

test("a signal ends a rest", async () => {
  const stop = new AbortController();
  await using one = await talk({ clock: new FakeClock(), signal: stop.signal });
  await one.rest();
  stop.abort();
  await expect.poll(() => one.stream.socket.isPaused()).toBe(false);
});

test("a stream without a socket is read too", async () => {
  const stream = new PassThrough();
  const read: string[] = [];
  const done = (async () => {
    for await (const chunk of inGulps(stream, { clock: systemClock })) read.push(chunk.toString());
  })();
  for (let index = 0; index < 2 * AT_ONCE; index += 1) {
    stream.write(`${index};`);
    await new Promise((resolve) => setImmediate(resolve));
  }
  stream.end();
  await done;
  expect(read.join("")).toBe(Array.from({ length: 2 * AT_ONCE }, (_, index) => `${index};`).join(""));
});
