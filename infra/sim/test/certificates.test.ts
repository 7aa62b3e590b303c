import { X509Certificate } from "node:crypto";
import { createServer, request } from "node:https";
import type { AddressInfo } from "node:net";
import { connect, TLSSocket } from "node:tls";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createAuthority, type Authority, type IssuedCertificate } from "../src/certificates/authority.ts";

let authority: Authority;
const servers: { close(): void }[] = [];

beforeAll(async () => {
  authority = await createAuthority();
});

afterAll(() => {
  for (const server of servers) server.close();
});

const serve = async (issued: IssuedCertificate, extra: object = {}): Promise<number> => {
  const server = createServer({ cert: issued.certPem, key: issued.keyPem, ...extra }, (incoming, answer) => {
    const peer = incoming.socket instanceof TLSSocket ? incoming.socket.getPeerCertificate() : undefined;
    answer.end(JSON.stringify(peer?.subject ?? null));
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return (server.address() as AddressInfo).port;
};

const handshake = (port: number, options: { ca?: string; servername?: string }): Promise<string> =>
  new Promise((resolve) => {
    const socket = connect({ host: "127.0.0.1", port, ...options }, () => {
      resolve("trusted");
      socket.destroy();
    });
    socket.once("error", (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
  });

const DAY_MS = 86_400_000;
const inDays = (days: number): Date => new Date(Date.now() + days * DAY_MS);

describe("server certificates", () => {
  const cases = [
    { title: "are trusted for the address by whoever has the CA", issue: {}, servername: undefined, answer: "trusted" },
    { title: "are trusted for localhost", issue: {}, servername: "localhost", answer: "trusted" },
    { title: "are trusted for a name asked for", issue: { names: ["vc.sim.local"] }, servername: "vc.sim.local", answer: "trusted" },
    { title: "are refused for another name", issue: {}, servername: "vc.sim.local", answer: "ERR_TLS_CERT_ALTNAME_INVALID" },
    {
      title: "are refused when expired",
      issue: { notBefore: inDays(-9), notAfter: inDays(-1) },
      servername: undefined,
      answer: "CERT_HAS_EXPIRED",
    },
    {
      title: "are refused before their time",
      issue: { notBefore: inDays(1), notAfter: inDays(9) },
      servername: undefined,
      answer: "CERT_NOT_YET_VALID",
    },
  ];

  it.each(cases)("$title", async ({ issue, servername, answer }) => {
    const port = await serve(await authority.issueServer(issue));
    expect(await handshake(port, { ca: authority.certPem, ...(servername === undefined ? {} : { servername }) })).toBe(answer);
  });

  it("are refused by whoever has another CA", async () => {
    const other = await createAuthority();
    const port = await serve(await authority.issueServer());
    expect(await handshake(port, { ca: other.certPem })).toMatch(/UNABLE_TO_VERIFY_LEAF_SIGNATURE|CERT_SIGNATURE_FAILURE/);
  });
});

describe("client certificates", () => {
  it("carry user and groups, and pass a server that demands them", async () => {
    const port = await serve(await authority.issueServer(), { ca: authority.certPem, requestCert: true, rejectUnauthorized: true });
    const client = await authority.issueClient({ commonName: "kubernetes-admin", organization: ["system:masters", "lab"] });
    const text = await new Promise<string>((resolve, reject) => {
      const call = request(
        { host: "127.0.0.1", port, ca: authority.certPem, cert: client.certPem, key: client.keyPem, agent: false },
        (answer) => {
          let body = "";
          answer.on("data", (chunk: Buffer) => (body += chunk.toString()));
          answer.on("end", () => resolve(body));
        },
      );
      call.once("error", reject);
      call.end();
    });
    expect(JSON.parse(text)).toEqual({ CN: "kubernetes-admin", O: ["system:masters", "lab"] });
  });
});

describe("the authority", () => {
  it("counts validity from the given now", async () => {
    const dated = await createAuthority({ nowMs: Date.UTC(2030, 0, 2) });
    const leaf = new X509Certificate((await dated.issueServer()).certPem);
    expect([new Date(leaf.validFrom).toISOString(), new Date(leaf.validTo).toISOString()]).toEqual([
      "2030-01-01T00:00:00.000Z",
      "2031-01-02T00:00:00.000Z",
    ]);
  });

  it("is a CA that signed its leaves, none of which is a CA", async () => {
    const ca = new X509Certificate(authority.certPem);
    const leaf = new X509Certificate((await authority.issueClient({ commonName: "x" })).certPem);
    expect([ca.ca, leaf.ca, leaf.checkIssued(ca), leaf.verify(ca.publicKey)]).toEqual([true, false, true, true]);
  });

  it("never gives out one serial number twice", async () => {
    const issued = await Promise.all(Array.from({ length: 8 }, () => authority.issueServer()));
    expect(new Set(issued.map(({ certPem }) => new X509Certificate(certPem).serialNumber)).size).toBe(8);
  });
});
