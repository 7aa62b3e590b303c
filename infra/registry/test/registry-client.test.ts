import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { isKuberaError, KuberaError } from "@kubera-e2e/schema/kubera-error";
import { Redactor } from "@kubera-e2e/schema/redactor";
import * as fc from "fast-check";
import { afterEach, describe, expect, test } from "vitest";
import { openRegistry, parseImageName, type RegistryClient } from "../src/index.ts";

type Answer = (request: IncomingMessage, response: ServerResponse, base: string) => void;

const cleanups: (() => void)[] = [];
afterEach(() => {
  for (const clean of cleanups.splice(0)) clean();
});

const serve = async (answer: Answer, credentials?: { username: string; password: string }): Promise<RegistryClient> => {
  const server = createServer((request, response) => answer(request, response, base()));
  const base = (): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const client = openRegistry({ url: base(), redactor: new Redactor(), credentials });
  cleanups.push(() => {
    client.close();
    server.closeAllConnections();
    server.close();
  });
  return client;
};

const json = (response: ServerResponse, status: number, { headers = {}, ...body }: Record<string, unknown>): void => {
  response.writeHead(status, { "content-type": "application/json", ...(headers as Record<string, string>) }).end(JSON.stringify(body));
};

const DIGEST = `sha256:${"a".repeat(64)}`;

const plain: Answer = (request, response) => {
  const path = request.url ?? "";
  if (path === "/v2/") return json(response, 200, {});
  if (path === "/v2/mayadata/maya-ui/tags/list")
    return json(response, 200, {
      tags: ["1.11.0"],
      headers: { link: '</v2/mayadata/maya-ui/tags/list?last=1.11.0>; rel="next"' },
    });
  if (path === "/v2/mayadata/maya-ui/tags/list?last=1.11.0") return json(response, 200, { tags: ["1.12.0"] });
  if (path === "/v2/mayadata/maya-ui/manifests/1.12.0" && request.method === "HEAD") {
    response.writeHead(200, {
      "content-type": "application/vnd.oci.image.manifest.v1+json",
      "content-length": "527",
      "docker-content-digest": DIGEST,
    });
    response.end();
    return;
  }
  if (path.endsWith("/no-digest")) {
    response.writeHead(200).end();
    return;
  }
  json(response, 404, { errors: [{ code: "NAME_UNKNOWN", message: "repository name not known to registry" }] });
};

test("pings", async () => {
  await expect((await serve(plain)).ping()).resolves.toBeUndefined();
});

test("follows pages of tags", async () => {
  expect(await (await serve(plain)).tags("mayadata/maya-ui")).toEqual(["1.11.0", "1.12.0"]);
});

test("tells digest, type and size of a manifest", async () => {
  expect(await (await serve(plain)).head("mayadata/maya-ui", "1.12.0")).toEqual({
    digest: DIGEST,
    mediaType: "application/vnd.oci.image.manifest.v1+json",
    size: 527,
  });
});

test.each([
  ["mayadata/maya-ui:1.12.0", true],
  ["mayadata/maya-ui:1.13.0", false],
  ["mayadata/nothing:1.12.0", false],
])("knows whether %s exists: %s", async (image, there) => {
  expect(await (await serve(plain)).exists(image)).toBe(there);
});

test("is refused with the registry's own code, exact text", async () => {
  const registry = await serve(plain);
  const { host } = new URL(registry.url);
  await expect(registry.tags("mayadata/nothing")).rejects.toThrow(
    new KuberaError("REGISTRY_REFUSED", {
      what: `registry ${host} answered 404 to GET /v2/mayadata/nothing/tags/list`,
      where: `GET ${registry.url}/v2/mayadata/nothing/tags/list`,
      because: "NAME_UNKNOWN: repository name not known to registry",
      fix: "Push the image, or correct KUBERA_BUILD; `e2e images verify` lists what a build needs.",
    }),
  );
});

test("refuses a manifest without a digest", async () => {
  await expect((await serve(plain)).head("mayadata/maya-ui", "no-digest")).rejects.toThrow("told no digest");
});

describe("behind a token service", () => {
  const secured: Answer = (request, response, base) => {
    const { authorization = "" } = request.headers;
    if (request.url?.startsWith("/token") === true) {
      const allowed = authorization === `Basic ${Buffer.from("puller:right-pass").toString("base64")}`;
      return allowed ? json(response, 200, { token: "granted-token" }) : json(response, 401, { errors: [{ code: "UNAUTHORIZED" }] });
    }
    if (authorization === "Bearer granted-token") return plain(request, response, base);
    json(response, 401, { headers: { "www-authenticate": `Bearer realm="${base}/token",service="sim"` } });
  };

  test("fetches a token and goes on", async () => {
    const registry = await serve(secured, { username: "puller", password: "right-pass" });
    expect(await registry.exists("mayadata/maya-ui:1.12.0")).toBe(true);
    expect(await registry.exists("mayadata/maya-ui:1.12.0")).toBe(true);
  });

  test("is refused with wrong credentials, and shows none of them", async () => {
    const registry = await serve(secured, { username: "puller", password: "wrong-pass" });
    const error: unknown = await registry.ping().catch((error: unknown) => error);
    expect(isKuberaError(error) && [error.code, error.because]).toEqual(["REGISTRY_REFUSED", "UNAUTHORIZED"]);
    expect(String(error)).not.toContain("wrong-pass");
  });
});

describe("names of images", () => {
  test.each([
    ["mayadata/maya-ui:1.12.0", { repository: "mayadata/maya-ui", reference: "1.12.0" }],
    [`a/b/c@${DIGEST}`, { repository: "a/b/c", reference: DIGEST }],
  ])("parses %s", (text, name) => {
    expect(parseImageName(text)).toEqual(name);
  });

  test.each(["", "maya-ui", "Maya/UI:1", "a/../b:1", "a:b/c", "a:tag with space", "a@sha256:xyz", "http://r/a:1"])("refuses %j", (text) => {
    expect(() => parseImageName(text)).toThrow("REGISTRY_REFUSED");
  });

  test("never yields a path that leaves its repository", () => {
    const pathOf = (text: string): string => {
      try {
        const { repository, reference } = parseImageName(text);
        return new URL(`/v2/${repository}/manifests/${reference}`, "http://r").pathname;
      } catch (error) {
        return isKuberaError(error) ? "/v2/refused/manifests/x" : String(error);
      }
    };
    fc.assert(
      fc.property(fc.string(), fc.string(), (a, b) => {
        expect(pathOf(`${a}:${b}`)).toMatch(/^\/v2\/.+\/manifests\/[^/]+$/);
      }),
    );
  });
});
