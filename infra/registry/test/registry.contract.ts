import { isKuberaError } from "@kubera-e2e/schema/kubera-error";
import { Redactor } from "@kubera-e2e/schema/redactor";
import { createAuthority, startRegistry } from "@kubera-e2e/sim/parts";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openRegistry, type RegistryClient } from "../src/index.ts";

let sim: Awaited<ReturnType<typeof startRegistry>>;
let caPem = "";
let registry: RegistryClient;

beforeAll(async () => {
  const authority = await createAuthority();
  caPem = authority.certPem;
  sim = await startRegistry({ authority });
  registry = openRegistry({ url: sim.url, redactor: new Redactor(), trust: { ca: caPem } });
});
afterAll(async () => {
  registry.close();
  await sim.close();
});

const codeOf = async (call: Promise<unknown>): Promise<string | undefined> => {
  const error: unknown = await call.catch((error: unknown) => error);
  return isKuberaError(error) ? `${error.code} ${error.because}` : undefined;
};

test("lets us in", async () => {
  await expect(registry.ping()).resolves.toBeUndefined();
});

test("lists the tags of a repository", async () => {
  expect(await registry.tags("mayadata/maya-io-server")).toEqual(["1.11.0", "1.12.0"]);
});

test("tells the digest of a tag, and finds the image by it", async () => {
  const head = await registry.head("mayadata/maya-io-server", "1.12.0");
  expect(head?.digest).toMatch(/^sha256:[0-9a-f]{64}$/);
  expect(head?.size).toBeGreaterThan(100);
  expect(await registry.exists(`mayadata/maya-io-server@${head?.digest ?? ""}`)).toBe(true);
});

test.each(["mayadata/maya-io-server:9.9.9", "mayadata/nobody:1.12.0"])("knows nothing of %s", async (image) => {
  expect(await registry.exists(image)).toBe(false);
});

test("refuses the tags of a repository that is not there", async () => {
  expect(await codeOf(registry.tags("mayadata/nobody"))).toMatch(/^REGISTRY_REFUSED NAME_UNKNOWN/);
});

test("is not trusted without its CA", async () => {
  const stranger = openRegistry({ url: sim.url, redactor: new Redactor() });
  expect(await codeOf(stranger.ping())).toMatch(/^TLS_UNTRUSTED/);
  stranger.close();
});

test("asks for credentials once it wants them", async () => {
  sim.behaviour.credentials = { username: "puller", password: "right-pass" };
  const [right, wrong] = ["right-pass", "wrong-pass"].map((password) =>
    openRegistry({ url: sim.url, redactor: new Redactor(), trust: { ca: caPem }, credentials: { username: "puller", password } }),
  );
  expect(await right?.exists("mayadata/maya-ui:1.12.0")).toBe(true);
  expect(await codeOf(wrong?.ping() ?? Promise.resolve())).toMatch(/^REGISTRY_REFUSED UNAUTHORIZED/);
  expect(await codeOf(registry.ping())).toMatch(/^REGISTRY_REFUSED UNAUTHORIZED/);
  sim.behaviour.credentials = undefined;
  right?.close();
  wrong?.close();
});

test("says when it limits pulls", async () => {
  sim.behaviour.refusesForRate = true;
  expect(await codeOf(registry.tags("mayadata/maya-ui"))).toMatch(/^REGISTRY_REFUSED TOOMANYREQUESTS/);
  sim.behaviour.refusesForRate = false;
});
