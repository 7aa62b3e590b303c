import { gunzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createAuthority, type Authority } from "../../src/certificates/authority.ts";
import { digestOf } from "../../src/registry/digest.ts";
import { OCI_INDEX, OCI_MANIFEST, SIZE_ANNOTATION } from "../../src/registry/media-types.ts";
import { startRegistry, THROTTLE_HEADER, type RunningRegistry } from "../../src/registry/registry-server.ts";
import { ask, type Answer, type Ask } from "./registry-client.ts";

interface ParsedManifest {
  readonly mediaType: string;
  readonly config: { readonly digest: string };
  readonly layers: readonly { readonly digest: string; readonly size: number }[];
  readonly manifests: readonly { readonly digest: string }[];
  readonly annotations: Readonly<Record<string, string>>;
}

const manifestIn = (answer: Answer): ParsedManifest => JSON.parse(answer.body.toString()) as ParsedManifest;
const firstCode = (answer: Answer): string | undefined =>
  (JSON.parse(answer.body.toString()) as { errors: { code: string }[] }).errors[0]?.code;

describe("registry", () => {
  let authority: Authority;
  let registry: RunningRegistry;
  const lines: string[] = [];
  const call = (path: string, options?: Ask): Promise<Answer> => ask(`${registry.url}${path}`, authority.certPem, options);

  beforeAll(async () => {
    authority = await createAuthority();
    registry = await startRegistry({ authority, log: (line) => lines.push(line) });
  });
  afterAll(() => registry.close());

  it("answers the version check", async () => {
    const answer = await call("/v2/");
    expect(answer.status).toBe(200);
    expect(answer.headers["docker-distribution-api-version"]).toBe("registry/2.0");
  });

  it("serves a tag as a manifest whose digest, config and layer are real", async () => {
    const answer = await call("/v2/mayadata/mysql/manifests/1.12.0");
    expect(answer.headers["content-type"]).toBe(OCI_MANIFEST);
    expect(answer.headers["docker-content-digest"]).toBe(digestOf(answer.body));
    const manifest = manifestIn(answer);
    expect(manifest.annotations[SIZE_ANNOTATION]).toBe("157000000");
    const layer = await call(`/v2/mayadata/mysql/blobs/${manifest.layers[0]?.digest}`);
    expect(digestOf(layer.body)).toBe(manifest.layers[0]?.digest);
    const config = await call(`/v2/mayadata/mysql/blobs/${manifest.config.digest}`);
    const { rootfs } = JSON.parse(config.body.toString()) as { rootfs: { diff_ids: string[] } };
    expect(rootfs.diff_ids).toEqual([digestOf(gunzipSync(layer.body))]);
  });

  it("serves an image for several platforms as an index, and its manifests by digest", async () => {
    const index = await call("/v2/openebs/openebs-ndm/manifests/2.0.0-ee");
    expect(index.headers["content-type"]).toBe(OCI_INDEX);
    for (const child of manifestIn(index).manifests) {
      const answer = await call(`/v2/openebs/openebs-ndm/manifests/${child.digest}`);
      expect(digestOf(answer.body)).toBe(child.digest);
    }
  });

  it("answers HEAD without a body", async () => {
    const answer = await call("/v2/mayadata/consul/manifests/1.11.0", { method: "HEAD" });
    expect(answer.status).toBe(200);
    expect(answer.body).toHaveLength(0);
    expect(Number(answer.headers["content-length"])).toBeGreaterThan(100);
  });

  it.each([
    ["bytes=0-3", 206, (blob: Buffer) => blob.subarray(0, 4)],
    ["bytes=10-", 206, (blob: Buffer) => blob.subarray(10)],
    ["bytes=-5", 206, (blob: Buffer) => blob.subarray(-5)],
  ])("serves the range %s of a blob", async (range, status, part) => {
    const { layers } = manifestIn(await call("/v2/mayadata/maya-ui/manifests/1.12.0"));
    const path = `/v2/mayadata/maya-ui/blobs/${layers[0]?.digest}`;
    const whole = await call(path);
    const answer = await call(path, { headers: { range } });
    expect(answer.status).toBe(status);
    expect(answer.body).toEqual(part(whole.body));
  });

  it("refuses a range beyond the blob", async () => {
    const { layers } = manifestIn(await call("/v2/mayadata/maya-ui/manifests/1.12.0"));
    const answer = await call(`/v2/mayadata/maya-ui/blobs/${layers[0]?.digest}`, { headers: { range: "bytes=99999-" } });
    expect(answer.status).toBe(416);
    expect(answer.headers["content-range"]).toBe(`bytes */${layers[0]?.size}`);
  });

  it.each([
    ["GET", "/v2/no/such/manifests/1", 404, "NAME_UNKNOWN"],
    ["GET", "/v2/mayadata/mysql/manifests/9.9.9", 404, "MANIFEST_UNKNOWN"],
    ["GET", `/v2/mayadata/mysql/blobs/sha256:${"0".repeat(64)}`, 404, "BLOB_UNKNOWN"],
    ["GET", "/v2/no/such/tags/list", 404, "NAME_UNKNOWN"],
    ["GET", "/v2/Upper/case/manifests/1", 400, "NAME_INVALID"],
    ["PATCH", "/v2/mayadata/mysql/blobs/uploads/0000", 404, "BLOB_UPLOAD_UNKNOWN"],
    ["PUT", "/v2/mayadata/mysql/manifests/x", 400, "MANIFEST_INVALID"],
    ["POST", "/v2/mayadata/mysql/manifests/x", 405, "UNSUPPORTED"],
    ["GET", "/v1/search", 405, "UNSUPPORTED"],
  ] as const)("answers %s %s with %i %s", async (...[method, path, status, code]) => {
    const answer = await call(path, { method });
    expect([answer.status, firstCode(answer)]).toEqual([status, code]);
  });

  it("logs a request that it does not know", async () => {
    await call("/v2/unheard-of");
    expect(lines.at(-1)).toBe('registry: GET /v2/unheard-of: UNSUPPORTED {"method":"GET","path":"/v2/unheard-of"}');
  });

  it("pages tags and the catalogue with a link to the next page", async () => {
    const tags = await call("/v2/openebs/cspc-operator/tags/list?n=2");
    expect(JSON.parse(tags.body.toString())).toEqual({ name: "openebs/cspc-operator", tags: ["1.11.0-ee", "1.12.0-ee"] });
    expect(tags.headers.link).toBe('</v2/openebs/cspc-operator/tags/list?n=2&last=1.12.0-ee>; rel="next"');
    const catalogue = await call("/v2/_catalog?last=mayadataio/upgrade");
    expect((JSON.parse(catalogue.body.toString()) as { repositories: string[] }).repositories[0]).toBe("openebs/cspc-operator");
  });

  it("takes a blob in chunks and refuses a gap between them", async () => {
    const blob = Buffer.from("chunked content");
    const begun = await call("/v2/mine/app/blobs/uploads/", { method: "POST" });
    const location = begun.headers.location ?? "";
    const first = await call(location, { method: "PATCH", body: blob.subarray(0, 7), headers: { "content-range": "0-6" } });
    expect([first.status, first.headers.range]).toEqual([202, "0-6"]);
    const gap = await call(location, { method: "PATCH", body: blob.subarray(9), headers: { "content-range": "9-14" } });
    expect([gap.status, firstCode(gap)]).toEqual([416, "RANGE_INVALID"]);
    const done = await call(`${location}?digest=${digestOf(blob)}`, { method: "PUT", body: blob.subarray(7) });
    expect(done.status).toBe(201);
    expect((await call(`/v2/mine/app/blobs/${digestOf(blob)}`)).body).toEqual(blob);
  });

  it("refuses a blob under a wrong digest and a manifest without its blobs", async () => {
    const wrong = `sha256:${"1".repeat(64)}`;
    const blob = await call(`/v2/mine/app/blobs/uploads/?digest=${wrong}`, { method: "POST", body: "x" });
    expect([blob.status, firstCode(blob)]).toEqual([400, "DIGEST_INVALID"]);
    const body = (await call("/v2/mayadata/mysql/manifests/1.12.0")).body;
    const manifest = await call("/v2/mine/app/manifests/1", { method: "PUT", body });
    expect([manifest.status, firstCode(manifest)]).toEqual([400, "MANIFEST_BLOB_UNKNOWN"]);
  });

  it("refuses a caller without its credentials and tells a throttle", async () => {
    registry.behaviour.credentials = { username: "puller", password: "pw" };
    registry.behaviour.throttleBytesPerSecond = 5_000_000;
    const refused = await call("/v2/");
    expect([refused.status, firstCode(refused), refused.headers["www-authenticate"]]).toEqual([
      401,
      "UNAUTHORIZED",
      'Basic realm="simulated registry"',
    ]);
    const authorization = `Basic ${Buffer.from("puller:pw").toString("base64")}`;
    const admitted = await call("/v2/", { headers: { authorization } });
    expect([admitted.status, admitted.headers[THROTTLE_HEADER]]).toEqual([200, "5000000"]);
    registry.behaviour.credentials = undefined;
    registry.behaviour.throttleBytesPerSecond = undefined;
  });

  it("serves an expired certificate once it is told to", async () => {
    await registry.renewCertificate({ notAfter: new Date(Date.now() - 60_000) });
    await expect(call("/v2/")).rejects.toMatchObject({ code: "CERT_HAS_EXPIRED" });
    await registry.renewCertificate();
    expect((await call("/v2/")).status).toBe(200);
  });
});
