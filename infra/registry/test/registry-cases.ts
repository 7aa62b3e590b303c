import { isKuberaError } from "@kubera-e2e/schema/kubera-error";
import { Redactor } from "@kubera-e2e/schema/redactor";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openRegistry, type RegistryClient } from "../src/index.ts";

/** A registry that holds IMAGES, and a door to it that wants credentials. */
export interface RegistryUnderTest {
  readonly url: string;
  readonly caPem: string;
  readonly lockedUrl: string;
  readonly credentials: { readonly username: string; readonly password: string };
  close(): Promise<void>;
}

export const IMAGES = ["mayadata/maya-io-server:1.11.0", "mayadata/maya-io-server:1.12.0", "mayadata/maya-ui:1.12.0"] as const;

export const codeOf = async (call: Promise<unknown>): Promise<string | undefined> => {
  const error: unknown = await call.catch((error: unknown) => error);
  return isKuberaError(error) ? `${error.code} ${error.because}` : undefined;
};

/** What our client may expect of every registry. */
export const describeRegistry = (open: () => Promise<RegistryUnderTest>): void => {
  let peer: RegistryUnderTest;
  let registry: RegistryClient;
  const openAt = (url: string, more: object = {}): RegistryClient =>
    openRegistry({ url, redactor: new Redactor(), trust: { ca: peer.caPem }, ...more });

  beforeAll(async () => {
    peer = await open();
    registry = openAt(peer.url);
  });
  afterAll(async () => {
    registry.close();
    await peer.close();
  });

  test("lets us in", async () => {
    await expect(registry.ping()).resolves.toBeUndefined();
  });

  test("lists the tags of a repository", async () => {
    expect((await registry.tags("mayadata/maya-io-server")).toSorted()).toEqual(["1.11.0", "1.12.0"]);
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
    const stranger = openRegistry({ url: peer.url, redactor: new Redactor() });
    expect(await codeOf(stranger.ping())).toMatch(/^TLS_UNTRUSTED/);
    stranger.close();
  });

  test("asks for credentials where it wants them", async () => {
    const right = openAt(peer.lockedUrl, { credentials: peer.credentials });
    const wrong = openAt(peer.lockedUrl, { credentials: { ...peer.credentials, password: "wrong-pass" } });
    const none = openAt(peer.lockedUrl);
    expect(await right.exists("mayadata/maya-ui:1.12.0")).toBe(true);
    expect(await codeOf(wrong.ping())).toMatch(/^REGISTRY_REFUSED UNAUTHORIZED/);
    expect(await codeOf(none.ping())).toMatch(/^REGISTRY_REFUSED UNAUTHORIZED/);
    for (const client of [right, wrong, none]) client.close();
  });
};
