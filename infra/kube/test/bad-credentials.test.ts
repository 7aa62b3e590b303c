import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isKuberaError } from "@kubera-e2e/schema/kubera-error";
import { Redactor } from "@kubera-e2e/schema/redactor";
import { createAuthority } from "@kubera-e2e/sim/parts";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openKube, probes, waitForKube } from "../src/index.ts";
import { status } from "./fake-api.ts";

const UNTIL = new Date("2026-03-01T10:00:00Z");
const folder = mkdtempSync(join(tmpdir(), "kube-credentials-"));
afterAll(() => rmSync(folder, { recursive: true }));

let authority: Awaited<ReturnType<typeof createAuthority>>;
let stranger: typeof authority;
beforeAll(async () => {
  [authority, stranger] = await Promise.all([createAuthority(), createAuthority()]);
});

const base64 = (text: string): string => Buffer.from(text).toString("base64");

/** As API servers do it: `answer` knows by 401, `handshake` ends the connection of whom it does not know. */
const apiServer = async (turnsAwayBy: "answer" | "handshake") => {
  const { certPem: cert, keyPem: key } = await authority.issueServer();
  const ca = turnsAwayBy === "handshake" ? stranger.certPem : authority.certPem;
  const server = createServer({ cert, key, ca, requestCert: true, rejectUnauthorized: turnsAwayBy === "handshake" }, (_request, response) =>
    response.writeHead(401, { "content-type": "application/json" }).end(JSON.stringify(status(401, "Unauthorized", "Unauthorized"))),
  );
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const dispose = async (): Promise<void> => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  return { url, [Symbol.asyncDispose]: dispose };
};

const open = async (server: string, { ca = authority.certPem, notAfter }: { ca?: string; notAfter?: Date }) => {
  const { certPem, keyPem } = await authority.issueClient({ commonName: "dev", ...(notAfter !== undefined && { notAfter }) });
  const kubeconfigPath = join(folder, Math.random().toString(36).slice(2));
  const cluster = { server, "certificate-authority-data": base64(ca) };
  const user = { "client-certificate-data": base64(certPem), "client-key-data": base64(keyPem) };
  const contexts = [{ name: "x", context: { cluster: "c", user: "u" } }];
  const parts = { "current-context": "x", clusters: [{ name: "c", cluster }], contexts, users: [{ name: "u", user }] };
  writeFileSync(kubeconfigPath, JSON.stringify(parts));
  return openKube({ cluster: "server", kubeconfigPath, redactor: new Redactor() });
};

const failureOf = async (wait: Promise<unknown>): Promise<string> => {
  const error: unknown = await wait.catch((error: unknown) => error);
  return isKuberaError(error) ? error.message : String(error);
};

test.each([
  ["answer", "the API server answered 401 Unauthorized"],
  ["handshake", "the API server ended the connection"],
] as const)("a wait with an expired client certificate ends at once, told by the %s, with exact text", async (way, told) => {
  await using server = await apiServer(way);
  await using client = await open(server.url, { notAfter: UNTIL });
  const ref = { namespace: "default", name: "p" };
  expect(await failureOf(waitForKube({ client, deadlineMs: 3_600_000, ...probes.podReady(ref) }))).toBe(
    [
      "[TLS_EXPIRED] the client certificate for cluster server has expired",
      "  where:   client-certificate of the kubeconfig's user",
      `  because: it was valid until 2026-03-01T10:00:00.000Z: subject "CN=dev"; ${told}`,
      "  fix:     Renew it, on a kubeadm cluster with `kubeadm certs renew admin.conf`, and fetch the kubeconfig anew.",
    ].join("\n"),
  );
});

test("blames no certificate that is valid for a 401", async () => {
  await using server = await apiServer("answer");
  await using client = await open(server.url, {});
  expect(await failureOf(client.raw("/api"))).toContain("[KUBE_REFUSED] cluster server answered 401 Unauthorized to GET");
});

test("a wait with another CA ends at once", async () => {
  await using server = await apiServer("answer");
  await using client = await open(server.url, { ca: stranger.certPem });
  const ref = { namespace: "default", name: "p" };
  const message = await failureOf(waitForKube({ client, deadlineMs: 3_600_000, ...probes.podReady(ref) }));
  expect(message.split("\n", 1)).toEqual([`[TLS_UNTRUSTED] nobody vouches for the certificate of ${new URL(server.url).host}`]);
});
