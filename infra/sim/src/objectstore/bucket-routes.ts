import { createHash } from "node:crypto";
import type { SignedRequest } from "./signature.ts";
import { S3Error } from "./s3-error.ts";

interface StoredObject {
  readonly data: Buffer;
  readonly etag: string;
  readonly writtenAt: Date;
}

/** Objects of the one bucket by key. */
export type Bucket = Map<string, StoredObject>;

export interface S3Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Buffer;
}

const MOST_KEYS = 1000;
const HEADER = '<?xml version="1.0" encoding="UTF-8"?>';

export const escaped = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");

export const xmlAnswer = (status: number, xml: string): S3Answer => ({
  status,
  headers: { "content-type": "application/xml" },
  body: Buffer.from(`${HEADER}${xml}`),
});

const entry = (key: string, { data, etag, writtenAt }: StoredObject): string =>
  `<Contents><Key>${escaped(key)}</Key><LastModified>${writtenAt.toISOString()}</LastModified><ETag>&quot;${etag}&quot;</ETag>` +
  `<Size>${data.length}</Size><StorageClass>STANDARD</StorageClass></Contents>`;

const LIST_OPTIONS = new Set(["list-type", "prefix", "max-keys", "delimiter", "continuation-token"]);

const checkListOptions = (query: URLSearchParams): void => {
  for (const name of query.keys()) if (!LIST_OPTIONS.has(name)) throw new S3Error("NotImplemented", `?${name} of a bucket`);
  if (query.get("list-type") !== "2") throw new S3Error("NotImplemented", "a listing of another version than 2");
  if (!["", "/"].includes(query.get("delimiter") ?? "")) throw new S3Error("NotImplemented", "a delimiter other than /");
};

interface Page {
  readonly keys: readonly string[];
  readonly prefixes: readonly string[];
  readonly next: string | undefined;
}

/** The part of a key up to the delimiter behind the prefix; undefined when it has none there. */
const commonPrefix = (key: string, { prefix, delimiter }: { prefix: string; delimiter: string }): string | undefined => {
  const end = delimiter === "" ? -1 : key.indexOf(delimiter, prefix.length);
  return end < 0 ? undefined : key.slice(0, end + 1);
};

const pageOf = (bucket: Bucket, query: URLSearchParams): Page => {
  const [prefix, delimiter] = [query.get("prefix") ?? "", query.get("delimiter") ?? ""];
  const most = Math.min(Number(query.get("max-keys") ?? MOST_KEYS), MOST_KEYS);
  if (!Number.isInteger(most) || most < 0) throw new S3Error("InvalidArgument", "max-keys is no count");
  const after = Buffer.from(query.get("continuation-token") ?? "", "base64url").toString();
  const found = [...bucket.keys()].filter((key) => key.startsWith(prefix) && key > after).toSorted();
  const taken = found.slice(0, most);
  const common = (key: string): string | undefined => commonPrefix(key, { prefix, delimiter });
  return {
    keys: taken.filter((key) => common(key) === undefined),
    prefixes: [...new Set(taken.flatMap((key) => common(key) ?? []))],
    next: found.length > most ? taken.at(-1) : undefined,
  };
};

const listObjects = (bucket: Bucket, name: string, query: URLSearchParams): S3Answer => {
  checkListOptions(query);
  const { keys, prefixes, next } = pageOf(bucket, query);
  const contents = keys.map((key) => {
    const object = bucket.get(key);
    return object === undefined ? "" : entry(key, object);
  });
  const more = next === undefined ? "" : `<NextContinuationToken>${Buffer.from(next).toString("base64url")}</NextContinuationToken>`;
  const common = prefixes.map((prefix) => `<CommonPrefixes><Prefix>${escaped(prefix)}</Prefix></CommonPrefixes>`);
  return xmlAnswer(
    200,
    `<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>${name}</Name>` +
      `<Prefix>${escaped(query.get("prefix") ?? "")}</Prefix><KeyCount>${keys.length + prefixes.length}</KeyCount>` +
      `<IsTruncated>${next !== undefined}</IsTruncated>${more}${contents.join("")}${common.join("")}</ListBucketResult>`,
  );
};

const putObject = (bucket: Bucket, key: string, request: SignedRequest): S3Answer => {
  if (request.headers["x-amz-copy-source"] !== undefined) throw new S3Error("NotImplemented", "copies");
  const etag = createHash("md5").update(request.body).digest("hex");
  bucket.set(key, { data: request.body, etag, writtenAt: new Date() });
  return { status: 200, headers: { etag: `"${etag}"` } };
};

const getObject = (bucket: Bucket, key: string, request: SignedRequest): S3Answer => {
  if (request.headers["range"] !== undefined) throw new S3Error("NotImplemented", "ranges");
  const found = bucket.get(key);
  if (found === undefined) throw new S3Error("NoSuchKey", "the key does not exist");
  const headers = { etag: `"${found.etag}"`, "last-modified": found.writtenAt.toUTCString(), "content-type": "binary/octet-stream" };
  return { status: 200, headers, body: found.data };
};

const answerObject = (bucket: Bucket, key: string, request: SignedRequest): S3Answer => {
  if (request.method === "PUT") return putObject(bucket, key, request);
  if (request.method === "GET" || request.method === "HEAD") return getObject(bucket, key, request);
  if (request.method !== "DELETE") throw new S3Error("NotImplemented", `${request.method} of an object`);
  bucket.delete(key);
  return { status: 204 };
};

/** Puts, reads, lists and deletes objects of the one bucket there is; throws `S3Error` for everything else. */
export const answerBucket = (bucket: Bucket, name: string, request: SignedRequest): S3Answer => {
  const [path = "/", query = ""] = request.target.split("?");
  const [wanted = "", ...rest] = path.slice(1).split("/");
  const key = decodeURIComponent(rest.join("/"));
  if (wanted !== name) throw new S3Error("NoSuchBucket", "the bucket does not exist");
  const options = new URLSearchParams(query);
  if (key === "" && request.method === "HEAD" && options.size === 0) return { status: 200 };
  if (key === "" && request.method === "GET") return listObjects(bucket, name, options);
  if (key === "") throw new S3Error("NotImplemented", `${request.method} of a bucket`);
  for (const option of options.keys()) throw new S3Error("NotImplemented", `?${option} of an object`);
  return answerObject(bucket, key, request);
};
