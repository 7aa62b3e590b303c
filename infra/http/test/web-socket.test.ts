import { createServer } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { connect, type Socket } from "node:net";
import { WebSocketServer, type WebSocket } from "ws";
import { expect, test } from "vitest";
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
  expect(await reading).toBeInstanceOf(Error);
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
