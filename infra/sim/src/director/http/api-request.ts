import type { IncomingMessage } from "node:http";
import { ApiError } from "./api-error.ts";
import { isRecord, parsedJson, type JsonRecord } from "../json.ts";

const BODY_LIMIT = 1024 * 1024;

/** A request as routes see it: path without empty segments, a body of either encoding as one record. */
export interface ApiRequest {
  readonly method: string;
  readonly segments: readonly string[];
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage["headers"];
  readonly cookies: ReadonlyMap<string, string>;
  readonly body: JsonRecord;
  /** How the client reached Director, for links: `http://127.0.0.1:8080`. */
  readonly base: string;
}

const bodyTextOf = async (message: IncomingMessage): Promise<string> => {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of message as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > BODY_LIMIT) throw new ApiError(413, "RequestTooLarge", `the body is larger than ${BODY_LIMIT} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
};

/** A form repeats a key for each entry of a list, and carries nested values as JSON. */
const formBody = (text: string): JsonRecord => {
  const form = new URLSearchParams(text);
  return Object.fromEntries([...new Set(form.keys())].map((key) => [key, formValue(form.getAll(key))]));
};

const formValue = (values: readonly string[]): unknown => {
  const [only = ""] = values;
  if (values.length > 1) return values;
  return /^\s*[[{]/.test(only) ? (parsedJson(only) ?? only) : only;
};

const jsonBody = (text: string): JsonRecord => {
  const body = parsedJson(text);
  if (!isRecord(body)) throw new ApiError(400, "InvalidBodyContent", "the body is not a JSON object");
  return body;
};

const bodyOf = (text: string, type: string): JsonRecord => {
  if (text.trim() === "") return {};
  if (type.startsWith("application/x-www-form-urlencoded")) return formBody(text);
  if (type === "" || /^application\/(.+\+)?json\b/.test(type)) return jsonBody(text);
  throw new ApiError(415, "UnsupportedMediaType", `a body of type ${type} is not understood, send JSON or a form`);
};

const decoded = (text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
};

const cookiesOf = (header: string | undefined): Map<string, string> =>
  new Map(
    (header ?? "").split(";").flatMap((pair): [string, string][] => {
      const equals = pair.indexOf("=");
      return equals < 0 ? [] : [[pair.slice(0, equals).trim(), decoded(pair.slice(equals + 1).trim())]];
    }),
  );

/** Path segments of a request target, doubled and trailing slashes ignored. */
export const segmentsOf = (target: string): string[] =>
  (target.split("?")[0] ?? "")
    .split("/")
    .filter((segment) => segment !== "")
    .map(decoded);

/** Reads a request whole. Refuses bodies over 1 MiB, of other types and of broken JSON; the body of a GET is ignored. */
export const readRequest = async (message: IncomingMessage): Promise<ApiRequest> => {
  const target = message.url ?? "/";
  const query = new URLSearchParams(target.includes("?") ? target.slice(target.indexOf("?") + 1) : "");
  const method = message.method === "HEAD" ? "GET" : (message.method ?? "GET");
  const text = await bodyTextOf(message);
  return {
    method,
    segments: segmentsOf(target),
    query,
    headers: message.headers,
    cookies: cookiesOf(message.headers.cookie),
    body: method === "GET" ? {} : bodyOf(text, message.headers["content-type"] ?? ""),
    base: `http://${message.headers.host ?? "localhost"}`,
  };
};
