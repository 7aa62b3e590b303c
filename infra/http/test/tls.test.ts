import { X509Certificate } from "node:crypto";
import type { TLSSocket } from "node:tls";
import { beforeAll, expect, test } from "vitest";
import { Redactor } from "@kubera-e2e/schema/redactor";
import { createSelfSigned } from "@kubera-e2e/sim/certificates";
import { createAuthority } from "@kubera-e2e/sim/parts";
import { createHttp, type HttpOptions } from "../src/index.ts";
import { echo, errorOf, serveTls } from "./test-server.ts";

type Authority = Awaited<ReturnType<typeof createAuthority>>;
type Issued = Awaited<ReturnType<Authority["issueServer"]>>;

const DAY_MS = 86_400_000;
let authority: Authority;
let stranger: Authority;
let good: Issued;

beforeAll(async () => {
  [authority, stranger] = await Promise.all([createAuthority(), createAuthority()]);
  good = await authority.issueServer();
});

const tls = ({ certPem, keyPem }: Issued) => ({ cert: certPem, key: keyPem });
const fingerprint = (pem: string): string => new X509Certificate(pem).fingerprint256;
const pinOf = (pem: string): string => `sha256:${fingerprint(pem).replaceAll(":", "").toLowerCase()}`;

const ask = async (baseUrl: string, more: Partial<HttpOptions>): Promise<unknown> => {
  const http = createHttp({ baseUrl, redactor: new Redactor(), ...more });
  try {
    return await http.request({ method: "GET", path: "/v3" });
  } finally {
    http.close();
  }
};

const refusal = async (work: Promise<unknown>): Promise<string[]> => ((await errorOf(work)) as Error).message.split("\n");

test("trusts the CA that it is given", async () => {
  await using server = await serveTls(tls(good), echo);
  expect(await ask(server.url, { trust: { ca: authority.certPem } })).toMatchObject({ status: 200 });
});

test.each([
  { title: "as sha256: and hex digits", form: pinOf },
  { title: "as openssl writes it", form: fingerprint },
  { title: "with openssl's prefix", form: (pem: string) => `SHA256:${fingerprint(pem)}` },
])("trusts a certificate pinned $title, whatever its names", async ({ form }) => {
  await using server = await serveTls(tls(good), echo);
  expect(await ask(`https://127.0.0.1:${server.port}`, { trust: { pin: form(good.certPem) } })).toMatchObject({ status: 200 });
});

test("trusts a pinned certificate for a name it does not carry, on every connection", async () => {
  const { port, connections, server } = await countedServer();
  await using _server = server;
  const http = createHttp({ baseUrl: `https://127.0.0.2:${port}`, redactor: new Redactor(), trust: { pin: pinOf(good.certPem) } });
  const answers = await Promise.all([1, 2, 3].map(() => http.request({ method: "GET", path: "/" })));
  http.close();
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
  expect(connections()).toBeGreaterThan(0);
});

const countedServer = async () => {
  const { createServer } = await import("node:https");
  const server = createServer(tls(good), echo);
  let count = 0;
  server.on("secureConnection", () => {
    count += 1;
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.2", resolve));
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const dispose = async (): Promise<void> => {
    server.closeAllConnections();
    await new Promise<void>((resolve) => server.close(() => resolve()));
  };
  return { port, connections: () => count, server: { [Symbol.asyncDispose]: dispose } };
};

test("refuses a certificate that nobody vouches for, and names the pin", async () => {
  await using server = await serveTls(tls(good), echo);
  const host = `127.0.0.1:${server.port}`;
  const pin = pinOf(good.certPem);
  const lines = await refusal(ask(server.url, { trust: { ca: stranger.certPem } }));
  expect(lines).toEqual([
    `[TLS_UNTRUSTED] nobody vouches for the certificate of ${host}`,
    `  where:   GET https://${host}/v3`,
    expect.stringContaining(`fingerprint ${pin}`),
    `  fix:     If this is the right host, pin its certificate as trust: {pin: "${pin}"}; or give the CA that signed it as trust: {ca: file.pem}.`,
  ]);
  expect(lines[2]).toContain("is not trusted");
});

test("says of a self-signed certificate that it signed itself", async () => {
  const own = await createSelfSigned("lab");
  await using server = await serveTls(tls(own), echo);
  const lines = await refusal(ask(server.url, {}));
  expect(lines[2]).toContain("  because: it signed itself: subject");
  expect(lines[3]).toContain(pinOf(own.certPem));
});

test("refuses a certificate that has expired", async () => {
  const notAfter = new Date(Date.now() - DAY_MS);
  notAfter.setMilliseconds(0);
  const expired = await authority.issueServer({ notBefore: new Date(Date.now() - 2 * DAY_MS), notAfter });
  await using server = await serveTls(tls(expired), echo);
  const host = `127.0.0.1:${server.port}`;
  const lines = await refusal(ask(server.url, { trust: { ca: authority.certPem } }));
  expect(lines).toEqual([
    `[TLS_EXPIRED] the certificate of ${host} has expired`,
    `  where:   GET https://${host}/v3`,
    expect.stringContaining(`  because: it was valid until ${notAfter.toISOString()}: subject "`),
    `  fix:     Renew the certificate of ${host}; when it is still valid, set the clock of this computer.`,
  ]);
});

test("refuses a certificate that is not valid yet", async () => {
  const notBefore = new Date(Date.now() + DAY_MS);
  notBefore.setMilliseconds(0);
  const early = await authority.issueServer({ notBefore, notAfter: new Date(Date.now() + 2 * DAY_MS) });
  await using server = await serveTls(tls(early), echo);
  const host = `127.0.0.1:${server.port}`;
  const lines = await refusal(ask(server.url, { trust: { ca: authority.certPem } }));
  expect(lines).toEqual([
    `[TLS_NOT_YET_VALID] the certificate of ${host} is not valid yet`,
    `  where:   GET https://${host}/v3`,
    expect.stringContaining(`  because: it is valid from ${notBefore.toISOString()}: subject "`),
    `  fix:     Set the clocks of this computer and of ${host}; then issue the certificate again if it is still early.`,
  ]);
});

test("refuses a certificate for another name", async () => {
  const { port, server } = await countedServer();
  await using _server = server;
  const host = `127.0.0.2:${port}`;
  const lines = await refusal(ask(`https://${host}`, { trust: { ca: authority.certPem } }));
  expect(lines).toEqual([
    `[TLS_NAME_MISMATCH] the certificate of ${host} is for another name`,
    `  where:   GET https://${host}/v3`,
    expect.stringMatching(/^ {2}because: it names .*localhost/),
    expect.stringContaining(
      `  fix:     Use a name that the certificate carries, or pin its certificate as trust: {pin: "${pinOf(good.certPem)}"}`,
    ),
  ]);
});

test("refuses another certificate than the pinned one before a byte of the request is sent", async () => {
  const requests: string[] = [];
  await using server = await serveTls(tls(good), (request, response) => {
    requests.push(request.url ?? "");
    response.end();
  });
  const host = `127.0.0.1:${server.port}`;
  const pin = pinOf(stranger.certPem);
  expect(await refusal(ask(server.url, { trust: { pin } }))).toEqual([
    `[TLS_PIN_MISMATCH] ${host} shows another certificate than the pinned one`,
    `  where:   GET https://${host}/v3`,
    `  because: pinned is ${pin}, shown was ${pinOf(good.certPem)}`,
    `  fix:     Find out who replaced the certificate of ${host}; pin the new fingerprint only when its owner confirms it.`,
  ]);
  expect(requests).toEqual([]);
});

test("shows its own certificate", async () => {
  const { certPem, keyPem } = await authority.issueClient({ commonName: "tester" });
  const options = { ...tls(good), requestCert: true, ca: authority.certPem };
  await using server = await serveTls(options, (request, response) => {
    const socket = request.socket as TLSSocket;
    response.end(JSON.stringify({ authorized: socket.authorized, name: socket.getPeerCertificate().subject.CN }));
  });
  const answers = [{ ca: authority.certPem }, { pin: pinOf(good.certPem) }].map((trust) =>
    ask(server.url, { trust, clientCertificate: { certPem, keyPem } }),
  );
  for (const answer of await Promise.all(answers)) expect(answer).toMatchObject({ body: { authorized: true, name: "tester" } });
});

test.each([
  { trust: { pin: "sha256:abc" }, because: '"sha256:abc" is not a SHA-256 fingerprint' },
  { trust: { ca: "/etc/ca.pem" }, because: "it holds no PEM certificate" },
  { trust: { ca: "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----" }, because: "its first certificate cannot be read" },
])("refuses the trust $trust", ({ trust, because }) => {
  const make = () => createHttp({ baseUrl: "https://esx.example", redactor: new Redactor(), trust });
  expect(make).toThrow("[SETTING_INVALID] the trust of an endpoint cannot be used");
  expect(make).toThrow(because);
});
