import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Redactor } from "@kubera-e2e/schema/redactor";
import { afterAll, expect, test } from "vitest";
import { Credentials } from "../src/credentials.ts";
import { parseKubeconfig } from "../src/kubeconfig.ts";

const folder = mkdtempSync(join(tmpdir(), "credentials-test-"));
afterAll(() => rmSync(folder, { recursive: true }));

const credentialsOf = (user: object, redactor = new Redactor()): Credentials => {
  const text = JSON.stringify({
    "current-context": "x",
    clusters: [{ name: "c", cluster: { server: "https://10.0.0.1:6443" } }],
    contexts: [{ name: "x", context: { cluster: "c", user: "u" } }],
    users: [{ name: "u", user }],
  });
  return new Credentials(parseKubeconfig(text, join(folder, "config")).credentials, redactor);
};

const plugin = (script: string): object => ({
  exec: { apiVersion: "client.authentication.k8s.io/v1", command: process.execPath, args: ["-e", script], interactiveMode: "Never" },
});

const answering = (status: object): object =>
  plugin(
    `console.log(${JSON.stringify(JSON.stringify({ apiVersion: "client.authentication.k8s.io/v1", kind: "ExecCredential", status }))})`,
  );

test.each([
  ["nothing", {}, {}],
  ["a token", { token: "t0ken-1" }, { authorization: "Bearer t0ken-1" }],
  ["a password", { username: "u", password: "pass" }, { authorization: `Basic ${Buffer.from("u:pass").toString("base64")}` }],
])("shows %s", async (_name, user, headers) => {
  expect(await credentialsOf(user).proof()).toEqual({ headers });
});

test("reads a token's file anew for every call", async () => {
  const credentials = credentialsOf({ tokenFile: "token" });
  writeFileSync(join(folder, "token"), "first-token\n");
  expect((await credentials.proof()).headers).toEqual({ authorization: "Bearer first-token" });
  writeFileSync(join(folder, "token"), "second-token\n");
  expect((await credentials.proof()).headers).toEqual({ authorization: "Bearer second-token" });
});

test("runs a credential plugin for its token, and learns it as a secret", async () => {
  const redactor = new Redactor();
  const { headers } = await credentialsOf(answering({ token: "from-plugin" }), redactor).proof();
  expect(headers).toEqual({ authorization: "Bearer from-plugin" });
  expect(redactor.text("from-plugin")).toBe("«redacted»");
});

test("runs a credential plugin for its certificate", async () => {
  const credentials = credentialsOf(answering({ clientCertificateData: "CERT PEM", clientKeyData: "KEY PEM" }));
  expect(await credentials.proof()).toEqual({ headers: {}, certificate: { certPem: "CERT PEM", keyPem: "KEY PEM" } });
});

test("says that a credential plugin failed", async () => {
  const credentials = credentialsOf(plugin("console.error('not signed in'); process.exit(3)"));
  await expect(credentials.proof()).rejects.toThrow("the kubeconfig's credential plugin gave no credentials");
});
