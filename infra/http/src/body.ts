import type { Readable } from "node:stream";

export type HttpBody = string | Buffer | Readable | object | number | boolean | null;

/** A body as bytes of the wire, with the content type it implies. */
export interface EncodedBody {
  readonly data: string | Buffer | Readable;
  readonly contentType?: string;
}

export const isStream = (body: unknown): body is Readable =>
  typeof body === "object" && body !== null && "pipe" in body && typeof body.pipe === "function";

/** Text, bytes and streams go as they are; everything else as JSON. */
export const encodeBody = (body: HttpBody | undefined, form: Readonly<Record<string, string>> | undefined): EncodedBody | undefined => {
  if (form !== undefined)
    return { data: new URLSearchParams(form).toString(), contentType: "application/x-www-form-urlencoded; charset=utf-8" };
  if (body === undefined) return undefined;
  if (typeof body === "string") return { data: body, contentType: "text/plain; charset=utf-8" };
  if (Buffer.isBuffer(body)) return { data: body, contentType: "application/octet-stream" };
  if (isStream(body)) return { data: body, contentType: "application/octet-stream" };
  return { data: JSON.stringify(body), contentType: "application/json" };
};

export type QueryValue = string | number | boolean | undefined | readonly (string | number | boolean)[];

// Array.isArray does not narrow a readonly list.
const isList = (value: NonNullable<QueryValue>): value is readonly (string | number | boolean)[] => Array.isArray(value);

/** A query in the order given; undefined values are left out, lists repeat their name. */
export const encodeQuery = (query: Readonly<Record<string, QueryValue>> | undefined): string => {
  if (query === undefined) return "";
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value === undefined) continue;
    for (const item of isList(value) ? value : [value]) parameters.append(name, String(item));
  }
  return parameters.toString();
};
