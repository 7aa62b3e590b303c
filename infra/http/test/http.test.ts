import { getEventListeners } from "node:events";
import { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import * as fc from "fast-check";
import { afterEach, expect, test, vi } from "vitest";
import { Redactor } from "@kubera-e2e/schema/redactor";
import { createHttp, type Http, type HttpOptions } from "../src/index.ts";
import { bodyOf, echo, errorOf, serve } from "./test-server.ts";

afterEach(() => {
  vi.unstubAllEnvs();
});

const client = (baseUrl: string, more: Partial<HttpOptions> = {}): Http => createHttp({ baseUrl, redactor: new Redactor(), ...more });

test.each([
  { title: "JSON", part: { body: { a: 1 } }, body: '{"a":1}', type: "application/json" },
  { title: "text", part: { body: "<x/>", headers: { "Content-Type": "text/xml" } }, body: "<x/>", type: "text/xml" },
  { title: "bytes", part: { body: Buffer.from("abc") }, body: "abc", type: "application/octet-stream" },
  {
    title: "a stream",
    part: { body: Readable.from([Buffer.from("ab"), Buffer.from("c")]) },
    body: "abc",
    type: "application/octet-stream",
  },
  {
    title: "a form",
    part: { form: { user: "a b", pass: "c&d" } },
    body: "user=a+b&pass=c%26d",
    type: "application/x-www-form-urlencoded; charset=utf-8",
  },
])("sends $title", async ({ part, body, type }) => {
  await using server = await serve(echo);
  const http = client(server.url);
  const answer = await http.request({ method: "POST", path: "/x?z=1", query: { a: [1, 2], b: undefined, c: "ä&" }, ...part });
  http.close();
  expect(answer.status).toBe(200);
  expect(answer.body).toMatchObject({ method: "POST", url: "/x?z=1&a=1&a=2&c=%C3%A4%26", body, headers: { "content-type": type } });
  expect(answer.durationMs).toBeGreaterThan(0);
});

test.each([
  { title: "basic credentials", more: { auth: { username: "u", password: "p:w" } }, authorization: "Basic dTpwOnc=" },
  { title: "a bearer token", more: { auth: { bearer: "tok" } }, authorization: "Bearer tok" },
  { title: "headers of its own", more: { headers: { authorization: "Custom x" } }, authorization: "Custom x" },
])("shows $title with every request", async ({ more, authorization }) => {
  await using server = await serve(echo);
  const http = client(`${server.url}/base/`, more);
  const { body } = await http.request({ method: "GET", path: "/p" });
  http.close();
  expect(body).toMatchObject({ url: "/base/p", headers: { authorization, "user-agent": "kubera-e2e" } });
});

test.each([
  { status: 200, type: "application/json", sent: "[1]", body: [1] },
  { status: 204, type: "application/json", sent: "", body: undefined },
  { status: 302, type: "text/html", sent: "<a>there</a>", body: "<a>there</a>" },
  { status: 404, type: "text/plain", sent: "no such page", body: "no such page" },
  { status: 500, type: "application/json", sent: '{"e":1}', body: { e: 1 } },
])("answers a status of $status with $type as it is", async ({ status, type, sent, body }) => {
  await using server = await serve((_request, response) => {
    response.writeHead(status, { "content-type": type, location: "/elsewhere" }).end(sent);
  });
  const http = client(server.url);
  expect(await http.request({ method: "GET", path: "/" })).toMatchObject({ status, body, headers: { location: "/elsewhere" } });
  http.close();
});

test("gives text, bytes and streams as they come", async () => {
  await using server = await serve((_request, response) => void response.end("\uFEFF{ü"));
  const http = client(server.url);
  expect((await http.request({ method: "GET", path: "/", responseType: "text" })).body).toContain("{ü");
  expect((await http.request({ method: "GET", path: "/", responseType: "bytes" })).body).toEqual(Buffer.from("\uFEFF{ü"));
  const stream = await http.request({ method: "GET", path: "/", responseType: "stream" });
  expect(await text(stream.body)).toContain("{ü");
  http.close();
});

test("keeps its connection", async () => {
  const ports = new Set<number | undefined>();
  await using server = await serve((request, response) => {
    ports.add(request.socket.remotePort);
    response.end("1");
  });
  const http = client(server.url);
  for (let call = 0; call < 3; call += 1) await http.request({ method: "GET", path: "/" });
  http.close();
  expect(ports.size).toBe(1);
});

test.each([
  { method: "GET" as const, idempotent: undefined, calls: 3, ends: "an answer" },
  { method: "POST" as const, idempotent: true, calls: 3, ends: "an answer" },
  { method: "POST" as const, idempotent: undefined, calls: 2, ends: "CONNECTION_LOST" },
])("repeats a $method (idempotent: $idempotent) on a kept connection that broke: $ends", async ({ method, idempotent, calls, ends }) => {
  let seen = 0;
  await using server = await serve((request, response) => {
    seen += 1;
    if (seen === 2) request.socket.destroy();
    else response.end('"an answer"');
  });
  const http = client(server.url);
  await http.request({ method: "GET", path: "/" });
  const again = http.request({ method, path: "/", ...(idempotent !== undefined && { idempotent }) });
  const outcome = await again.then(
    ({ body }) => body,
    (error: { code?: string }) => error.code,
  );
  http.close();
  expect({ outcome, seen }).toEqual({ outcome: ends, seen: calls });
});

test("rejects with the reason of the caller's signal", async () => {
  await using server = await serve(() => {});
  const http = client(server.url);
  const stop = new AbortController();
  const work = http.request({ method: "GET", path: "/", signal: stop.signal });
  stop.abort(new Error("not wanted any more"));
  expect(await errorOf(work)).toMatchObject({ message: "not wanted any more" });
  expect(await errorOf(http.request({ method: "GET", path: "/", signal: stop.signal }))).toMatchObject({ message: "not wanted any more" });
  http.close();
});

test("behind a fence that has fallen only looks, and ends the write under way with the reason", async () => {
  let asked = 0;
  await using server = await serve((request, response) => {
    asked += 1;
    if (request.method === "GET") response.end("{}");
  });
  const fence = new AbortController();
  const { signal } = fence;
  const http = client(server.url, { fence: { signal, check: async () => signal.throwIfAborted() } });
  const write = errorOf(http.request({ method: "PUT", path: "/a" }));
  await expect.poll(() => asked).toBe(1);
  const lost = new Error("the lease is lost");
  fence.abort(lost);
  expect(await write).toBe(lost);
  const own = new AbortController();
  expect(await errorOf(http.request({ method: "DELETE", path: "/a", signal: own.signal }))).toBe(lost);
  expect((await http.request({ method: "GET", path: "/a", responseType: "text", signal: own.signal })).status).toBe(200);
  expect(asked).toBe(2);
  http.close();
});

test("ends a stream that the caller's signal aborts", async () => {
  await using server = await serve((_request, response) => {
    response.write("a line");
  });
  const http = client(server.url);
  const stop = new AbortController();
  const { body } = await http.request({ method: "GET", path: "/", responseType: "stream", signal: stop.signal });
  const reading = text(body);
  stop.abort();
  expect(await errorOf(reading)).toBeInstanceOf(Error);
  http.close();
});

test("lets go of the caller's signal when the answer has been read", async () => {
  await using server = await serve(echo);
  const http = client(server.url);
  const { signal } = new AbortController();
  await http.request({ method: "GET", path: "/", signal });
  const { body } = await http.request({ method: "GET", path: "/", responseType: "stream", signal });
  expect(getEventListeners(signal, "abort")).toHaveLength(1);
  await text(body);
  await expect.poll(() => getEventListeners(signal, "abort").length).toBe(0);
  http.close();
});

test("never asks a proxy for loopback", async () => {
  await using server = await serve(echo);
  await using proxy = await serve((_request, response) => void response.writeHead(418).end());
  for (const name of ["http_proxy", "HTTP_PROXY", "all_proxy"]) vi.stubEnv(name, proxy.url);
  for (const host of ["127.0.0.1", "localhost"]) {
    const http = client(`http://${host}:${server.port}`);
    expect((await http.request({ method: "GET", path: "/" })).status).toBe(200);
    http.close();
  }
});

test("sends any JSON value and any query as they are", async () => {
  await using server = await serve((request, response) => {
    void bodyOf(request).then((body) => {
      const { searchParams } = new URL(request.url ?? "", "http://x");
      response.end(JSON.stringify({ body: JSON.parse(body) as unknown, query: [...searchParams] }));
    });
  });
  const http = client(server.url);
  const query = fc.dictionary(fc.string({ unit: "grapheme" }), fc.string({ unit: "grapheme" }));
  await fc.assert(
    fc.asyncProperty(fc.object(), query, async (value, query) => {
      const sent = JSON.parse(JSON.stringify(value)) as object;
      const { body } = await http.request({ method: "POST", path: "/", body: sent, query });
      expect(body).toEqual({ body: sent, query: Object.entries(query) });
    }),
    { numRuns: 100 },
  );
  http.close();
});
