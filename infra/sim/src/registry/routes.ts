import type { IncomingMessage, ServerResponse } from "node:http";
import type { ContentStore } from "./content-store.ts";
import { digestOf, isDigest } from "./digest.ts";
import { acceptManifest } from "./manifest-intake.ts";
import { RegistryError } from "./registry-error.ts";
import type { Uploads } from "./uploads.ts";

/** One request to the registry, parsed as far as every route needs it. */
export interface Call {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly url: URL;
  readonly content: ContentStore;
  readonly uploads: Uploads;
  readonly body: Buffer;
}

type Handler = (call: Call, name: string, reference: string) => void;

const send = (call: Call, status: number, parts: { readonly headers?: Record<string, string>; readonly body?: Buffer | string }): void => {
  const body = parts.body ?? "";
  const length = typeof body === "string" ? Buffer.byteLength(body) : body.length;
  call.response.writeHead(status, { "content-length": String(length), ...parts.headers });
  call.response.end(call.request.method === "HEAD" ? undefined : body);
};

const sendJson = (call: Call, body: unknown, headers: Record<string, string> = {}): void =>
  send(call, 200, { headers: { "content-type": "application/json", ...headers }, body: JSON.stringify(body) });

const getManifest: Handler = (call, name, reference) => {
  const manifest = call.content.manifest(name, reference);
  const headers = { "content-type": manifest.mediaType, "docker-content-digest": manifest.digest, etag: `"${manifest.digest}"` };
  send(call, 200, { headers, body: manifest.bytes });
};

const putManifest: Handler = (call, name, reference) => {
  const manifest = acceptManifest(call, name, reference);
  call.content.putManifest(name, reference, manifest);
  send(call, 201, { headers: { location: `/v2/${name}/manifests/${manifest.digest}`, "docker-content-digest": manifest.digest } });
};

const deleteManifest: Handler = (call, name, reference) => {
  call.content.deleteManifest(name, reference);
  send(call, 202, {});
};

const rangeOf = (header: string | undefined, size: number): { readonly start: number; readonly end: number } | undefined => {
  if (header === undefined) return undefined;
  const [, from = "", to = ""] = /^bytes=(\d*)-(\d*)$/.exec(header) ?? [];
  const start = from === "" ? size - Number(to) : Number(from);
  const end = from === "" || to === "" ? size - 1 : Math.min(Number(to), size - 1);
  if ((from === "" && to === "") || start < 0 || start > end) {
    throw new RegistryError("RANGE_INVALID", { range: header }, { "content-range": `bytes */${size}` });
  }
  return { start, end };
};

const getBlob: Handler = (call, name, reference) => {
  const blob = call.content.blob(name, reference);
  const range = rangeOf(call.request.headers.range, blob.length);
  const headers = { "content-type": "application/octet-stream", "docker-content-digest": reference, "accept-ranges": "bytes" };
  if (range === undefined) return send(call, 200, { headers, body: blob });
  const contentRange = `bytes ${range.start}-${range.end}/${blob.length}`;
  send(call, 206, { headers: { ...headers, "content-range": contentRange }, body: blob.subarray(range.start, range.end + 1) });
};

const storeBlob = (call: Call, name: string, bytes: Buffer): void => {
  const expected = call.url.searchParams.get("digest") ?? "";
  if (!isDigest(expected) || digestOf(bytes) !== expected) throw new RegistryError("DIGEST_INVALID", { expected, got: digestOf(bytes) });
  call.content.putBlob(name, bytes);
  send(call, 201, { headers: { location: `/v2/${name}/blobs/${expected}`, "docker-content-digest": expected } });
};

const uploadHeaders = (name: string, id: string, length: number): Record<string, string> => ({
  location: `/v2/${name}/blobs/uploads/${id}`,
  "docker-upload-uuid": id,
  range: `0-${Math.max(length - 1, 0)}`,
});

const beginUpload: Handler = (call, name) => {
  const mounted = call.url.searchParams.get("mount");
  const source = mounted === null ? undefined : call.content.findBlob(call.url.searchParams.get("from") ?? "", mounted);
  if (mounted !== null && source !== undefined) {
    call.content.putBlob(name, source);
    return send(call, 201, { headers: { location: `/v2/${name}/blobs/${mounted}`, "docker-content-digest": mounted } });
  }
  if (call.url.searchParams.has("digest")) return storeBlob(call, name, call.body);
  const id = call.uploads.begin(name);
  send(call, 202, { headers: uploadHeaders(name, id, 0) });
};

const patchUpload: Handler = (call, name, id) => {
  const length = call.uploads.append(id, name, { bytes: call.body, contentRange: call.request.headers["content-range"] });
  send(call, 202, { headers: uploadHeaders(name, id, length) });
};

const finishUpload: Handler = (call, name, id) => {
  call.uploads.append(id, name, { bytes: call.body, contentRange: call.request.headers["content-range"] });
  const bytes = call.uploads.bytes(id, name);
  storeBlob(call, name, bytes);
  call.uploads.end(id, name);
};

const uploadStatus: Handler = (call, name, id) => send(call, 204, { headers: uploadHeaders(name, id, call.uploads.length(id, name)) });

const cancelUpload: Handler = (call, name, id) => {
  call.uploads.end(id, name);
  send(call, 204, {});
};

/** One page of names: `n` limits it, `last` is where the page before ended. */
const page = (call: Call, names: readonly string[]): { names: readonly string[]; headers: Record<string, string> } => {
  const last = call.url.searchParams.get("last") ?? "";
  const limit = Number(call.url.searchParams.get("n") ?? Infinity);
  const after = names.filter((name) => name > last);
  const shown = after.slice(0, limit);
  const next = `<${call.url.pathname}?n=${limit}&last=${encodeURIComponent(shown.at(-1) ?? "")}>; rel="next"`;
  return { names: shown, headers: after.length > shown.length ? { link: next } : {} };
};

const listTags: Handler = (call, name) => {
  const { names, headers } = page(call, call.content.tags(name));
  sendJson(call, { name, tags: names }, headers);
};

const ROUTES: readonly { readonly path: RegExp; readonly methods: Readonly<Record<string, Handler>> }[] = [
  { path: /^\/v2\/(.+)\/tags\/list()$/, methods: { GET: listTags } },
  { path: /^\/v2\/(.+)\/blobs\/uploads\/()$/, methods: { POST: beginUpload } },
  {
    path: /^\/v2\/(.+)\/blobs\/uploads\/([0-9a-f-]+)$/,
    methods: { GET: uploadStatus, PATCH: patchUpload, PUT: finishUpload, DELETE: cancelUpload },
  },
  { path: /^\/v2\/(.+)\/blobs\/([^/]+)$/, methods: { GET: getBlob, HEAD: getBlob } },
  {
    path: /^\/v2\/(.+)\/manifests\/([^/]+)$/,
    methods: { GET: getManifest, HEAD: getManifest, PUT: putManifest, DELETE: deleteManifest },
  },
];

const NAME = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*$/;

/** Answers one call, or throws the `RegistryError` that its protocol has for it. */
export const answer = (call: Call): void => {
  const path = decodeURIComponent(call.url.pathname);
  if (path === "/v2/" || path === "/v2") return sendJson(call, {});
  if (path === "/v2/_catalog") {
    const { names, headers } = page(call, call.content.names());
    return sendJson(call, { repositories: names }, headers);
  }
  const route = ROUTES.find((candidate) => candidate.path.test(path));
  const [, name = "", reference = ""] = route?.path.exec(path) ?? [];
  const handler = route?.methods[call.request.method ?? ""];
  if (handler === undefined) throw new RegistryError("UNSUPPORTED", { method: call.request.method, path });
  if (!NAME.test(name)) throw new RegistryError("NAME_INVALID", { name });
  handler(call, name, reference);
};
