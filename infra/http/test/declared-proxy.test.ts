import { createServer as createHttpServer } from "node:http";
import { connect, createServer, type Socket } from "node:net";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { sshdAvailability, startSshd } from "@kubera-e2e/peers";
import { Redactor } from "@kubera-e2e/schema/redactor";
import { createAuthority } from "@kubera-e2e/sim/parts";
import { openAccess, type Way } from "../src/access/index.ts";
import { createHttp, type HttpOptions } from "../src/index.ts";
import { echo, errorOf, listen, serve, serveTls, type TestServer } from "./test-server.ts";

const PASSWORD = "pr0xy-pass";
const LOGIN = `Basic ${Buffer.from(`ann:${PASSWORD}`).toString("base64")}`;
/** A name that only the proxy can make something of. */
const HOST = "director.lab.example";

beforeEach(() => {
  // What a bed declares holds, whatever the environment says.
  vi.stubEnv("HTTPS_PROXY", "http://127.0.0.1:9");
  vi.stubEnv("HTTP_PROXY", "http://127.0.0.1:9");
});
afterEach(() => {
  vi.unstubAllEnvs();
});

const pipe = (near: Socket, far: Socket): void => {
  far.pipe(near).pipe(far);
  near.on("error", () => far.destroy());
  far.on("error", () => near.destroy());
};

interface Asked {
  readonly ends: string[];
  readonly server: TestServer;
}

/** Leads every tunnel of a user it knows to one port of loopback; other answers as told. */
const httpProxy = async (port: number, answer = "200 Connection established"): Promise<Asked> => {
  const ends: string[] = [];
  const proxy = createHttpServer();
  proxy.on("connect", (request, socket: Socket) => {
    ends.push(request.url ?? "");
    const isKnown = request.headers["proxy-authorization"] === LOGIN;
    if (!isKnown || !answer.startsWith("200")) {
      socket.end(`HTTP/1.1 ${isKnown ? answer : "407 Proxy Authentication Required"}\r\ncontent-length: 0\r\n\r\n`);
      return;
    }
    const far = connect(port, "127.0.0.1", () => {
      socket.write(`HTTP/1.1 ${answer}\r\n\r\n`);
      pipe(socket, far);
    });
  });
  return { ends, server: await listen(proxy, "http") };
};

const once = (socket: Socket): Promise<Buffer> =>
  new Promise((resolve) => {
    socket.once("data", (chunk: Buffer) => resolve(chunk));
  });

/** SOCKS5 with user and password, one message a packet as its client sends them; `code` is what it replies. */
const socksProxy = async (port: number, code = 0): Promise<Asked> => {
  const ends: string[] = [];
  const talk = async (socket: Socket): Promise<void> => {
    await once(socket);
    socket.write(Buffer.from([5, 2]));
    const isKnown = (await once(socket)).toString("latin1") === `\u0001\u0003ann${String.fromCodePoint(PASSWORD.length)}${PASSWORD}`;
    socket.write(Buffer.from([1, isKnown ? 0 : 1]));
    if (!isKnown) return;
    const request = await once(socket);
    const name = request.subarray(5, 5 + (request[4] ?? 0)).toString();
    ends.push(`${name}:${request.readUInt16BE(request.length - 2)}`);
    const far = connect(port, "127.0.0.1", () => {
      socket.write(Buffer.from([5, code, 0, 1, 127, 0, 0, 1, 0, 0]));
      pipe(socket, far);
    });
  };
  const server = createServer((socket) => {
    socket.on("error", () => socket.destroy());
    void talk(socket);
  });
  return { ends, server: await listen(server, "socks5") };
};

const by = (url: string, password = PASSWORD): Way =>
  openAccess({ via: "proxy", url, credentials: "site-proxy" }, { redactor: new Redactor(), secret: () => ({ username: "ann", password }) });

const ask = async (baseUrl: string, more: Partial<HttpOptions>): Promise<unknown> => {
  const http = createHttp({ baseUrl, redactor: new Redactor(), ...more });
  try {
    return await http.request({ method: "GET", path: "/v3" });
  } finally {
    http.close();
  }
};

const linesOf = async (work: Promise<unknown>): Promise<string[]> => ((await errorOf(work)) as Error).message.split("\n");

describe.each([
  { kind: "an HTTP proxy", open: httpProxy },
  { kind: "a SOCKS proxy", open: socksProxy },
])("$kind", ({ open }) => {
  test("leads TLS to the far side, which resolves the name and is verified as ever", async () => {
    const authority = await createAuthority();
    const issued = await authority.issueServer({ names: [HOST] });
    await using server = await serveTls({ cert: issued.certPem, key: issued.keyPem }, echo);
    const proxy = await open(server.port);
    const access = by(proxy.server.url);
    expect(await ask(`https://${HOST}`, { access, trust: { ca: authority.certPem } })).toMatchObject({ status: 200 });
    expect(await errorOf(ask(`https://${HOST}`, { access }))).toMatchObject({ code: "TLS_UNTRUSTED" });
    expect(new Set(proxy.ends)).toEqual(new Set([`${HOST}:443`]));
    await proxy.server[Symbol.asyncDispose]();
  });

  test("leads plain HTTP too, and loopback when the bed says so", async () => {
    await using server = await serve(echo);
    const proxy = await open(server.port);
    expect(await ask(`http://localhost:4711`, { access: by(proxy.server.url) })).toMatchObject({ body: { url: "/v3" } });
    expect(proxy.ends).toEqual(["localhost:4711"]);
    await proxy.server[Symbol.asyncDispose]();
  });

  test("that wants other credentials is named, with its code", async () => {
    const proxy = await open(9);
    const { url } = proxy.server;
    const lines = await linesOf(ask(`https://${HOST}`, { access: by(url, "wr0ng-pass") }));
    expect(lines).toEqual([
      `[PROXY_LOGIN_REFUSED] the proxy ${new URL(url).host} wants other credentials`,
      `  where:   ${url}, on the way to ${HOST}:443`,
      expect.stringMatching(/^ {2}because: (it answered 407 Proxy Authentication Required to CONNECT|Socks5 Authentication failed)$/),
      "  fix:     Name a secret with its user and password as access.credentials, or correct the one that is named.",
    ]);
    await proxy.server[Symbol.asyncDispose]();
  });

  test("that is dead is named, with its code", async () => {
    const proxy = await open(9);
    const { url, port } = proxy.server;
    await proxy.server[Symbol.asyncDispose]();
    expect(await linesOf(ask(`https://${HOST}`, { access: by(url) }))).toEqual([
      `[PROXY_UNREACHABLE] the proxy 127.0.0.1:${port} does not answer as one`,
      `  where:   ${url}, on the way to ${HOST}:443`,
      `  because: connect ECONNREFUSED 127.0.0.1:${port}`,
      "  fix:     Correct access.url in the bed's file, or start the proxy.",
    ]);
  });
});

test.each([
  { open: (port: number) => httpProxy(port, "403 Forbidden"), because: "it answered 403 Forbidden to CONNECT" },
  { open: (port: number) => httpProxy(port, "503 No Such Host"), because: "it answered 503 No Such Host to CONNECT" },
  {
    open: (port: number) => httpProxy(port, `403 no ${PASSWORD}, ${LOGIN.slice("Basic ".length)}`),
    because: "it answered 403 no «redacted», «redacted» to CONNECT",
  },
  { open: (port: number) => socksProxy(port, 2), because: "Socks5 proxy rejected connection - NotAllowed" },
])("a proxy that refuses the way is named, with its code: $because", async ({ open, because }) => {
  await using server = await serve(echo);
  const proxy = await open(server.port);
  const { url } = proxy.server;
  expect(await linesOf(ask(`https://${HOST}`, { access: by(url) }))).toEqual([
    `[PROXY_REFUSED] the proxy ${new URL(url).host} refused the way to ${HOST}:443`,
    `  where:   ${url}, on the way to ${HOST}:443`,
    `  because: ${because}`,
    `  fix:     Let its owner allow ${HOST}:443, or correct the address: names are resolved on the far side.`,
  ]);
  await proxy.server[Symbol.asyncDispose]();
});

test("a server that is no proxy is not taken for one", async () => {
  await using server = await serve(echo);
  expect(await errorOf(ask(`https://${HOST}`, { access: by(server.url) }))).toMatchObject({ code: "PROXY_UNREACHABLE" });
});

test("a way declared direct asks no proxy of the environment", async () => {
  await using server = await serve(echo);
  expect(await ask(server.url, { access: "direct" })).toMatchObject({ status: 200 });
  expect(await errorOf(ask("https://nobody.invalid", { access: "direct" }))).toMatchObject({ code: "NAME_UNRESOLVED" });
});

test.skipIf(!(await sshdAvailability()).available)("OpenSSH's own SOCKS server is one", async () => {
  await using server = await serve(echo);
  const sshd = await startSshd();
  const jump = openAccess(
    { via: "jump-host", destination: "bastion", options: ["-F", sshd.config] },
    { redactor: new Redactor(), secret: () => ({ username: "", password: "" }) },
  );
  if (jump === "direct") throw new TypeError("no jump host");
  const access = openAccess(
    { via: "proxy", url: await jump.proxyUrl() },
    { redactor: new Redactor(), secret: () => ({ username: "", password: "" }) },
  );
  expect(await ask(server.url, { access })).toMatchObject({ status: 200 });
  expect(sshd.log()).toContain(`target 127.0.0.1 port ${server.port}`);
  await jump.close();
  await sshd.stop();
});
