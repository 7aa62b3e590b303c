import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isKuberaError, KuberaError } from "@kubera-e2e/schema/kubera-error";
import * as fc from "fast-check";
import { afterAll, describe, expect, test } from "vitest";
import { stringify } from "yaml";
import { parseKubeconfig, readKubeconfig } from "../src/kubeconfig.ts";

const folder = mkdtempSync(join(tmpdir(), "kubeconfig-test-"));
afterAll(() => rmSync(folder, { recursive: true }));

const base64 = (text: string): string => Buffer.from(text).toString("base64");

const refusalOf = (text: string): unknown => {
  try {
    parseKubeconfig(text, "/k/config");
    return undefined;
  } catch (error) {
    return error;
  }
};

interface Parts {
  readonly cluster?: Record<string, unknown>;
  readonly user?: Record<string, unknown>;
  readonly top?: Record<string, unknown>;
}

const kubeconfig = ({ cluster = {}, user = {}, top = {} }: Parts = {}): string =>
  stringify({
    apiVersion: "v1",
    kind: "Config",
    "current-context": "admin@lab",
    clusters: [{ name: "lab", cluster: { server: "https://10.0.0.1:6443/", "certificate-authority-data": base64("the CA"), ...cluster } }],
    contexts: [{ name: "admin@lab", context: { cluster: "lab", user: "admin" } }],
    users: [{ name: "admin", user }],
    ...top,
  });

describe("credentials", () => {
  test.each([
    {
      name: "a client certificate",
      user: { "client-certificate-data": base64("cert"), "client-key-data": base64("key") },
      credentials: { kind: "certificate", certificate: { certPem: "cert", keyPem: "key" } },
    },
    { name: "a token", user: { token: "t0ken" }, credentials: { kind: "token", token: "t0ken" } },
    {
      name: "a token before its file",
      user: { token: "t0ken", tokenFile: "token" },
      credentials: { kind: "token", token: "t0ken" },
    },
    { name: "a token file", user: { tokenFile: "token" }, credentials: { kind: "tokenFile", path: join(folder, "token") } },
    { name: "a password", user: { username: "u", password: "p" }, credentials: { kind: "basic", username: "u", password: "p" } },
    { name: "nothing", user: {}, credentials: { kind: "none" } },
  ])("reads $name", ({ user, credentials }) => {
    expect(parseKubeconfig(kubeconfig({ user }), join(folder, "config"))).toEqual({
      server: "https://10.0.0.1:6443",
      ca: "the CA",
      namespace: "default",
      credentials,
    });
  });

  test("leaves a credential plugin to the time of the call", () => {
    const text = kubeconfig({ user: { exec: { apiVersion: "client.authentication.k8s.io/v1", command: "aws" } } });
    expect(parseKubeconfig(text, "/etc/k/config").credentials).toEqual({ kind: "plugin", text, folder: "/etc/k" });
  });

  test("reads files relative to the kubeconfig", () => {
    writeFileSync(join(folder, "ca.pem"), "CA from a file");
    const path = join(folder, "config");
    writeFileSync(path, kubeconfig({ cluster: { "certificate-authority": "ca.pem", "certificate-authority-data": undefined } }));
    expect(readKubeconfig(path).ca).toBe("CA from a file");
  });
});

test.each([
  { name: "text that is not YAML", text: "a: [", says: /^it is not YAML: / },
  { name: "an empty file", text: "", says: /^the file: / },
  { name: "no current context", text: kubeconfig({ top: { "current-context": "" } }), says: /^current-context: names no context$/ },
  {
    name: "an unknown context",
    text: kubeconfig({ top: { "current-context": "x" } }),
    says: /^context "x" is not there; it has "admin@lab"$/,
  },
  { name: "a context without its user", text: kubeconfig({ top: { users: [] } }), says: /^user "admin" is not there; it has none$/ },
  { name: "a server that is no URL", text: kubeconfig({ cluster: { server: "nas" } }), says: /^clusters\.0\.cluster\.server: must be/ },
  { name: "a server in the clear", text: kubeconfig({ cluster: { server: "http://10.0.0.1" } }), says: /is not https/ },
  { name: "a proxy", text: kubeconfig({ cluster: { "proxy-url": "http://p" } }), says: /^proxy-url is not supported$/ },
  { name: "another TLS name", text: kubeconfig({ cluster: { "tls-server-name": "n" } }), says: /^tls-server-name is not supported$/ },
  { name: "impersonation", text: kubeconfig({ user: { as: "root" } }), says: /^impersonation \(as\) is not supported$/ },
  { name: "a key alone", text: kubeconfig({ user: { "client-key-data": base64("k") } }), says: /without a client certificate$/ },
  { name: "a certificate alone", text: kubeconfig({ user: { "client-certificate-data": base64("c") } }), says: /without its key$/ },
  { name: "a missing file", text: kubeconfig({ user: { "client-key": "gone.pem" } }), says: /gone\.pem cannot be read$/ },
])("refuses $name", ({ text, says }) => {
  const error = refusalOf(text);
  expect(isKuberaError(error) && error.code).toBe("KUBECONFIG_INVALID");
  expect(isKuberaError(error) && error.because).toMatch(says);
});

test("tells all faults of its shape at once", () => {
  const text = stringify({ "current-context": "a", clusters: [{ name: "a", cluster: { server: 7 } }], contexts: [] });
  expect(() => parseKubeconfig(text, "/k/config")).toThrow(/has 2 faults[\s\S]+clusters\.0\.cluster\.server[\s\S]+contexts/);
});

test("refuses to skip TLS verification, with exact text", () => {
  expect(() => parseKubeconfig(kubeconfig({ cluster: { "insecure-skip-tls-verify": true } }), "/k/config")).toThrow(
    new KuberaError("SETTING_REFUSED", {
      what: "insecure-skip-tls-verify is set, and certificates are always verified here",
      where: "/k/config",
      because: "whoever sits between would get the credentials of the cluster",
      fix: "Remove insecure-skip-tls-verify and give the cluster's CA as certificate-authority-data.",
    }),
  );
});

test("names a kubeconfig that is not there, with exact text", () => {
  expect(() => readKubeconfig("/nowhere/config")).toThrow(
    new KuberaError("KUBECONFIG_INVALID", {
      what: "/nowhere/config has 1 fault",
      where: "/nowhere/config",
      because: "it cannot be read (ENOENT)",
      fix: "Correct the file; `kubectl config view --kubeconfig` of the same file shows what kubectl makes of it.",
    }),
  );
});

test("shows no secret in any fault", () => {
  const text = kubeconfig({ user: { token: "very-secret-token", "client-key-data": base64("very-secret-key"), as: "x" } });
  const told = [text, `${text}\n  : [`, text.replace("users:", "users")].map((broken) => String(refusalOf(broken)));
  expect(told.map((message) => message.includes("KUBECONFIG_INVALID"))).toEqual([true, true, true]);
  expect(told.join("\n")).not.toMatch(/very-secret|dmVyeS1zZWNyZXQ/);
});

test("answers any text with an access or with an error of the house", () => {
  const anything = fc.oneof(
    fc.string(),
    fc.json(),
    fc
      .record({ "current-context": fc.string(), clusters: fc.jsonValue(), contexts: fc.jsonValue(), users: fc.jsonValue() })
      .map((value) => stringify(value)),
    fc
      .record({
        cluster: fc.dictionary(fc.constantFrom("server", "certificate-authority-data", "proxy-url"), fc.string()),
        user: fc.dictionary(fc.string(), fc.jsonValue()),
      })
      .map(kubeconfig),
  );
  fc.assert(
    fc.property(anything, (text) => {
      const error = refusalOf(text);
      expect(error === undefined || isKuberaError(error)).toBe(true);
    }),
  );
});
