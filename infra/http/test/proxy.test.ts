import { connect } from "node:net";
import { createServer } from "node:http";
import { X509Certificate } from "node:crypto";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Redactor } from "@kubera-e2e/schema/redactor";
import { createAuthority } from "@kubera-e2e/sim/parts";
import { createHttp, isLoopback, type HttpOptions } from "../src/index.ts";
import { echo, errorOf, listen, serve, serveTls } from "./test-server.ts";

const HOST = "director.lab.example";
const VARIABLES = ["http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY", "no_proxy", "NO_PROXY"];

beforeEach(() => {
  for (const name of VARIABLES) vi.stubEnv(name, "");
});

afterEach(() => {
  vi.unstubAllEnvs();
});

/** A proxy that leads every tunnel to one port of loopback, or refuses it with a status. */
const tunnelTo = async (port: number, status = 200) => {
  const asked: string[] = [];
  const proxy = createServer();
  proxy.on("connect", (request, socket) => {
    asked.push(`${request.url} ${request.headers["authorization"] ?? "without credentials"}`);
    if (status !== 200) {
      socket.end(`HTTP/1.1 ${status} No\r\n\r\n`);
      return;
    }
    const onward = connect(port, "127.0.0.1", () => {
      socket.write("HTTP/1.1 200 Connection established\r\n\r\n");
      onward.pipe(socket).pipe(onward);
    });
    socket.on("error", () => onward.destroy());
    onward.on("error", () => socket.destroy());
  });
  return { asked, server: await listen(proxy, "http") };
};

const ask = async (baseUrl: string, more: Partial<HttpOptions>): Promise<unknown> => {
  const http = createHttp({ baseUrl, redactor: new Redactor(), auth: { username: "u", password: "pass" }, ...more });
  try {
    return await http.request({ method: "GET", path: "/v3" });
  } finally {
    http.close();
  }
};

const scene = async (status?: number) => {
  const authority = await createAuthority();
  const issued = await authority.issueServer({ names: [HOST] });
  const server = await serveTls({ cert: issued.certPem, key: issued.keyPem }, echo);
  const tunnel = await tunnelTo(server.port, status);
  vi.stubEnv("HTTPS_PROXY", tunnel.server.url);
  const pin = `sha256:${new X509Certificate(issued.certPem).fingerprint256.replaceAll(":", "").toLowerCase()}`;
  const dispose = async (): Promise<void> => {
    await tunnel.server[Symbol.asyncDispose]();
    await server[Symbol.asyncDispose]();
  };
  return { ca: authority.certPem, pin, asked: tunnel.asked, [Symbol.asyncDispose]: dispose };
};

test.each(["ca", "pin"] as const)("verifies the endpoint behind a proxy by its %s, and gives the proxy no credentials", async (kind) => {
  await using lab = await scene();
  const trust = kind === "ca" ? { ca: lab.ca } : { pin: lab.pin };
  expect(await ask(`https://${HOST}`, { trust })).toMatchObject({ status: 200, body: { url: "/v3" } });
  expect(lab.asked).toEqual([`${HOST}:443 without credentials`]);
});

test.each([
  { title: "with the system's roots", trust: undefined, code: "TLS_UNTRUSTED" },
  { title: "with another pin", trust: { pin: `sha256:${"0".repeat(64)}` }, code: "TLS_PIN_MISMATCH" },
])("refuses a stranger behind a proxy $title", async ({ trust, code }) => {
  await using lab = await scene();
  const error = await errorOf(ask(`https://${HOST}`, { trust }));
  expect(error).toMatchObject({ code });
  expect(String(error)).toContain(lab.pin);
});

test("says that the proxy refused, not the endpoint", async () => {
  await using lab = await scene(403);
  const error = (await errorOf(ask(`https://${HOST}`, { trust: { ca: lab.ca } }))) as Error;
  expect(error.message.split("\n")).toEqual([
    `[CONNECTION_LOST] the proxy before ${HOST} refused the way`,
    `  where:   GET https://${HOST}/v3`,
    expect.stringMatching(/^ {2}because: the proxy 127\.0\.0\.1:\d+ answered 403 to CONNECT$/),
    `  fix:     Add ${HOST} to NO_PROXY when it is reached directly, or let the proxy's owner allow it.`,
  ]);
});

test("asks no proxy for a host in NO_PROXY", async () => {
  await using lab = await scene();
  vi.stubEnv("NO_PROXY", ".lab.example");
  expect(await errorOf(ask(`https://${HOST}`, { trust: { ca: lab.ca } }))).toMatchObject({ code: "NAME_UNRESOLVED" });
  expect(lab.asked).toEqual([]);
});

test("lets a proxy forward plain HTTP", async () => {
  await using proxy = await serve((request, response) => void response.end(JSON.stringify(`forwarded ${request.url}`)));
  vi.stubEnv("HTTP_PROXY", proxy.url);
  expect(await ask(`http://${HOST}`, {})).toMatchObject({ body: `forwarded http://${HOST}/v3` });
});

test.each([
  ["http://127.0.0.1:1", true],
  ["http://127.8.9.10", true],
  ["https://localhost/sdk", true],
  ["https://sim.localhost", true],
  ["https://[::1]:8443", true],
  ["https://127.0.0.1.example", false],
  ["https://localhost.example", false],
  ["https://10.0.0.1", false],
])("knows whether %s is this computer: %s", (url, expected) => {
  expect(isLoopback(new URL(url))).toBe(expected);
});
