import { X509Certificate } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openAccess, type Way } from "@kubera-e2e/http/access";
import { sshdAvailability, startSshd, type Sshd } from "@kubera-e2e/peers";
import { Redactor } from "@kubera-e2e/schema/redactor";
import { createAuthority } from "@kubera-e2e/sim/parts";
import { describe, expect, test } from "vitest";
import { openKube } from "../src/index.ts";
import { pod, startFakeApi } from "./fake-api.ts";

const there = await sshdAvailability();
const because = there.available ? "" : ` (SKIPPED: ${there.because})`;
if (!there.available) process.stderr.write(`SKIPPED: ${there.because}, so no watch went through a jump host\n`);

const PODS = { apiVersion: "v1", kind: "Pod" };

const through = (sshd: Sshd): Exclude<Way, "direct" | undefined> => {
  const declared = { via: "jump-host", destination: sshd.destination, options: ["-F", sshd.config] } as const;
  const way = openAccess(
    { ...declared, options: [...declared.options] },
    { redactor: new Redactor(), secret: () => ({ username: "", password: "" }) },
  );
  if (way === "direct") throw new TypeError("no jump host");
  return way;
};

describe.skipIf(!there.available)(`through a jump host${because}`, () => {
  test("a watch tells changes as they come, and goes on by itself after the hop broke", async () => {
    const sshd = await startSshd();
    const way = through(sshd);
    await using api = await startFakeApi();
    await using client = api.open(60_000, way);
    const told: string[] = [];
    const stop = new AbortController();
    const options = { namespace: "kubera", signal: stop.signal };
    const done = client.watch(PODS, (type, object) => told.push(`${type} ${object.metadata.name}`), options);
    await expect.poll(() => api.watching, { timeout: 5000 }).toBe(1);
    api.put(pod("new", false));
    await expect.poll(() => told).toEqual(["ADDED new"]);
    expect(sshd.log()).toContain(`target 127.0.0.1 port ${api.port}`);
    sshd.drop();
    await expect.poll(() => api.watching).toBe(0);
    api.put(pod("meanwhile", true));
    await expect.poll(() => told, { timeout: 10_000 }).toEqual(["ADDED new", "ADDED meanwhile"]);
    stop.abort();
    await done;
    await way.close();
    await sshd.stop();
  });
});

const apiServer = async () => {
  const [authority, stranger] = await Promise.all([createAuthority(), createAuthority()]);
  const issued = await authority.issueServer();
  const server = createServer(
    { cert: issued.certPem, key: issued.keyPem },
    (_request, response) => void response.end('{"gitVersion":"v1.29.0"}'),
  );
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.2", resolve));
  const folder = mkdtempSync(join(tmpdir(), "kube-trust-"));
  const kubeconfigPath = join(folder, "kubeconfig");
  const cluster = {
    server: `https://127.0.0.2:${(server.address() as AddressInfo).port}`,
    "certificate-authority-data": Buffer.from(stranger.certPem).toString("base64"),
  };
  const user = { token: "fake-token-1234" };
  const context = { cluster: "c", user: "u" };
  writeFileSync(
    kubeconfigPath,
    JSON.stringify({
      "current-context": "x",
      clusters: [{ name: "c", cluster }],
      contexts: [{ name: "x", context }],
      users: [{ name: "u", user }],
    }),
  );
  const pin = `sha256:${new X509Certificate(issued.certPem).fingerprint256.replaceAll(":", "").toLowerCase()}`;
  const dispose = (): Promise<void> => {
    server.closeAllConnections();
    rmSync(folder, { recursive: true });
    return new Promise((resolve) => server.close(() => resolve()));
  };
  return { kubeconfigPath, pin, ca: authority.certPem, [Symbol.asyncDispose]: dispose };
};

test("trust that the bed declares takes the place of the kubeconfig's; a pin also that of the name check", async () => {
  await using api = await apiServer();
  const ask = async (trust: { ca: string } | { pin: string } | undefined): Promise<unknown> => {
    await using client = openKube({ cluster: "server", kubeconfigPath: api.kubeconfigPath, trust, redactor: new Redactor() });
    return client.raw("/version");
  };
  await expect(ask(undefined)).rejects.toMatchObject({ code: "TLS_UNTRUSTED" });
  await expect(ask({ ca: api.ca })).rejects.toMatchObject({ code: "TLS_NAME_MISMATCH" });
  expect(await ask({ pin: api.pin })).toEqual({ gitVersion: "v1.29.0" });
});
