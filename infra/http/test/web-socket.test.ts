import { createHash } from "node:crypto";
import { getEventListeners } from "node:events";
import { createServer } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { connect, type Socket } from "node:net";
import { WebSocketServer, type WebSocket } from "ws";
import { afterEach, expect, test, vi } from "vitest";
import { Redactor } from "@kubera-e2e/schema/redactor";
import { createAuthority } from "@kubera-e2e/sim/parts";
import { openAccess } from "../src/access/index.ts";
import { createHttp, Transcript, type HttpOptions } from "../src/index.ts";
import { echo, errorOf, listen, type TestServer } from "./test-server.ts";

const ASKED = { method: "GET", path: "/exec?command=ls" } as const;
const PROTOCOLS = ["two.example", "one.example"];

/** Greets in two messages; an /exec has ended then. */
const talk = (socket: WebSocket, path: string): void => {
  socket.send(Buffer.from("first"));
  socket.send(Buffer.from("second"));
  if (path.startsWith("/exec")) socket.close();
};

type Upgrading = Parameters<typeof listen>[0];

const talking = (server: Upgrading): Upgrading => {
  const sockets = new WebSocketServer({ noServer: true, handleProtocols: (offered) => [...offered].at(-1) ?? false });
  server.on("upgrade", (request: Parameters<WebSocketServer["handleUpgrade"]>[0], socket: Socket, head: Buffer) => {
    const { url = "", headers } = request;
    if (url.startsWith("/silent")) return;
    if (headers.authorization !== "Bearer a-token") return void socket.write("HTTP/1.1 403 Forbidden\r\ncontent-length: 7\r\n\r\nnot you");
    sockets.handleUpgrade(request, socket, head, (open) => talk(open, url));
  });
  return server;
};

const serveSockets = (): Promise<TestServer> => listen(talking(createServer(echo)), "http");

const open = (baseUrl: string, more: Partial<HttpOptions> = {}) =>
  createHttp({ baseUrl, redactor: new Redactor(), auth: { bearer: "a-token" }, ...more });

const told = async (messages: AsyncIterable<Buffer> | undefined): Promise<string[]> => {
  const texts: string[] = [];
  for await (const message of messages ?? []) texts.push(message.toString());
  return texts;
};

const fencedBy = (signal: AbortSignal) => ({ signal, check: async () => {} });

afterEach(() => {
  vi.unstubAllEnvs();
});

test("each message is a chunk, and the call is in the transcript", async () => {
  await using server = await serveSockets();
  const transcript = new Transcript({ redactor: new Redactor() });
  const http = open(server.url, { transcript });
  const answer = await http.upgrade(ASKED, PROTOCOLS);
  expect(answer).toMatchObject({ status: 101, body: "", headers: { "sec-websocket-protocol": "one.example" } });
  expect(await told(answer.messages)).toEqual(["first", "second"]);
  expect(transcript.exchanges()).toMatchObject([{ method: "GET", url: `${server.url}/exec?command=ls`, status: 101 }]);
  http.close();
});

test("a refusal is an answer with its body", async () => {
  await using server = await serveSockets();
  const http = open(server.url, { auth: { bearer: "another-token" } });
  expect(await http.upgrade(ASKED, PROTOCOLS)).toMatchObject({ status: 403, messages: undefined, body: "not you" });
  http.close();
});

test("a server that knows no WebSockets answers as to any other call", async () => {
  await using server = await listen(createServer(echo), "http");
  const http = open(server.url);
  expect(await http.upgrade(ASKED, PROTOCOLS)).toMatchObject({ status: 200, messages: undefined });
  http.close();
});

test("nobody is waited for longer than the time, and who listens is named", async () => {
  await using server = await serveSockets();
  const http = open(server.url);
  expect(await errorOf(http.upgrade({ ...ASKED, path: "/silent", timeoutMs: 50 }, PROTOCOLS))).toMatchObject({ code: "TIMED_OUT" });
  http.close();
  await server[Symbol.asyncDispose]();
  expect(await errorOf(http.upgrade(ASKED, PROTOCOLS))).toMatchObject({ code: "CONNECTION_REFUSED" });
});

test("a signal ends the handshake, and the connection after it", async () => {
  await using server = await serveSockets();
  const http = open(server.url);
  const stop = new AbortController();
  const shaking = errorOf(http.upgrade({ ...ASKED, path: "/silent", signal: stop.signal }, PROTOCOLS));
  const reason = new Error("enough");
  stop.abort(reason);
  expect(await shaking).toBe(reason);
  const later = new AbortController();
  const { messages } = await http.upgrade({ ...ASKED, path: "/stay", signal: later.signal }, PROTOCOLS);
  const heard: string[] = [];
  const reading = errorOf(
    (async () => {
      for await (const message of messages ?? []) {
        heard.push(String(message));
        if (heard.length === 2) later.abort(reason);
      }
    })(),
  );
  expect(await reading).toBe(reason);
  expect(heard).toEqual(["first", "second"]);
  http.close();
});

test("a fence that has fallen is told before anything is asked", async () => {
  await using server = await serveSockets();
  const fallen = new Error("the lease is lost");
  const fence = { signal: new AbortController().signal, check: () => Promise.reject(fallen) };
  const http = open(server.url, { fence });
  expect(await errorOf(http.upgrade(ASKED, PROTOCOLS))).toBe(fallen);
  http.close();
});

test("a fence that falls while messages come is told with its own reason", async () => {
  await using server = await serveSockets();
  const lease = new AbortController();
  const fallen = new Error("the lease is lost");
  const http = open(server.url, { fence: fencedBy(lease.signal) });
  const { messages } = await http.upgrade({ ...ASKED, path: "/stay" }, PROTOCOLS);
  const reading = errorOf(told(messages));
  lease.abort(fallen);
  expect(await reading).toBe(fallen);
  http.close();
});

test("nothing of a connection that the server ended is left on the signals of those who asked", async () => {
  await using server = await serveSockets();
  const [lease, caller] = [new AbortController(), new AbortController()];
  const http = open(server.url);
  const fenced = open(server.url, { fence: fencedBy(lease.signal) });
  for (let call = 0; call < 5; call += 1) {
    await told((await http.upgrade({ ...ASKED, signal: caller.signal }, PROTOCOLS)).messages);
    await told((await fenced.upgrade(ASKED, PROTOCOLS)).messages);
  }
  // A stream tells its close a turn after its end.
  await new Promise(setImmediate);
  expect([lease, caller].map(({ signal }) => getEventListeners(signal, "abort").length)).toEqual([0, 0]);
  for (const one of [http, fenced]) one.close();
});

const acceptOf = (key: unknown): string =>
  createHash("sha1")
    .update(`${String(key)}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`)
    .digest("base64");

test.each([
  {
    title: "another key than it was given",
    head: () => "sec-websocket-accept: another\r\nsec-websocket-protocol: one.example",
    because: "Invalid Sec-WebSocket-Accept header",
  },
  {
    title: "two protocols",
    head: (accept: string) =>
      `sec-websocket-accept: ${accept}\r\nsec-websocket-protocol: one.example\r\nsec-websocket-protocol: two.example`,
    because: "Server sent an invalid subprotocol",
  },
])("a handshake with $title is no answer, with exact text", async ({ head, because }) => {
  const web = createServer().on("upgrade", ({ headers }, socket: Socket) => {
    const accept = acceptOf(headers["sec-websocket-key"]);
    socket.on("error", () => {});
    socket.write(`HTTP/1.1 101 Yes\r\nconnection: upgrade\r\nupgrade: websocket\r\n${head(accept)}\r\n\r\n`);
  });
  await using server = await listen(web, "http");
  const http = open(server.url);
  const host = `127.0.0.1:${server.port}`;
  const error = (await errorOf(http.upgrade(ASKED, PROTOCOLS))) as Error;
  expect(error.message.split("\n")).toEqual([
    `[RESPONSE_INVALID] ${host} agreed to a WebSocket and did not open one`,
    `  where:   GET http://${host}/exec`,
    `  because: its handshake is not the one of the protocol (${because})`,
    `  fix:     Look whether a proxy before ${host} changes the headers of an upgrade.`,
  ]);
  http.close();
});

test.each([
  { title: "is led through", status: 200, end: "first second" },
  { title: "tells of the refusal by", status: 403, end: "CONNECTION_LOST" },
])("without TLS it $title the proxy of the environment, as other calls are", async ({ status, end }) => {
  await using server = await serveSockets();
  const asked: (string | undefined)[] = [];
  const proxy = createServer().on("connect", ({ url }, near: Socket) => {
    asked.push(url);
    if (status !== 200) return void near.end(`HTTP/1.1 ${status} No\r\n\r\n`);
    const far = connect(server.port, "127.0.0.1", () => {
      near.write("HTTP/1.1 200 OK\r\n\r\n");
      near.pipe(far).pipe(near);
    });
    for (const one of [near, far]) one.on("error", () => [near, far].forEach((socket) => socket.destroy()));
  });
  await using hop = await listen(proxy, "http");
  vi.stubEnv("NO_PROXY", "");
  vi.stubEnv("no_proxy", "");
  vi.stubEnv("http_proxy", hop.url);
  const http = open("http://cluster.lab.example:8080");
  const heard = http.upgrade(ASKED, PROTOCOLS).then(async ({ messages }) => (await told(messages)).join(" "));
  expect(await heard.catch((error: unknown) => (error as { code?: string }).code)).toBe(end);
  expect(asked).toEqual(["cluster.lab.example:8080"]);
  http.close();
});

test("no kept connection is used, so that none can be broken already", async () => {
  const ports: (number | undefined)[] = [];
  const web = talking(createServer(echo));
  web.on("connection", (socket: Socket) => ports.push(socket.remotePort));
  await using server = await listen(web, "http");
  const http = open(server.url);
  await http.request({ method: "GET", path: "/" });
  const refused = { ...ASKED, headers: { authorization: "Bearer another-token" } };
  for (const asked of [ASKED, refused, refused, ASKED]) await told((await http.upgrade(asked, PROTOCOLS)).messages);
  expect(new Set(ports).size).toBe(5);
  http.close();
});

test("TLS is verified to the far side of a hop as ever", async () => {
  const authority = await createAuthority();
  const { certPem, keyPem } = await authority.issueServer({ names: ["cluster.lab.example"] });
  await using server = await listen(talking(createTlsServer({ cert: certPem, key: keyPem }, echo)), "https");
  const proxy = createServer().on("connect", (_request, near: Socket) => {
    const far = connect(server.port, "127.0.0.1", () => {
      near.write("HTTP/1.1 200 OK\r\n\r\n");
      near.pipe(far).pipe(near);
    });
    for (const end of [near, far]) end.on("error", () => [near, far].forEach((socket) => socket.destroy()));
  });
  await using hop = await listen(proxy, "http");
  const access = openAccess({ via: "proxy", url: hop.url }, { redactor: new Redactor(), secret: () => ({ username: "", password: "" }) });
  const trusting = open("https://cluster.lab.example", { access, trust: { ca: authority.certPem } });
  expect(await told((await trusting.upgrade(ASKED, PROTOCOLS)).messages)).toEqual(["first", "second"]);
  const stranger = open("https://cluster.lab.example", { access });
  expect(await errorOf(stranger.upgrade(ASKED, PROTOCOLS))).toMatchObject({ code: "TLS_UNTRUSTED" });
  for (const http of [trusting, stranger]) http.close();
});
