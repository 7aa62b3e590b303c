import type { Redactor } from "@kubera-e2e/schema/redactor";

/** Header fields as Node gives them: names in lower case, `set-cookie` as a list. */
export type HeaderFields = Readonly<Record<string, string | readonly string[] | undefined>>;

/** What was sent and came back, as it was; it leaves the process only through `tellExchange`. */
export interface RawExchange {
  readonly atMs: number;
  readonly method: string;
  readonly url: string;
  readonly durationMs: number;
  readonly status?: number;
  /** Code of the error when there was no answer. */
  readonly error?: string;
  readonly requestHeaders: HeaderFields;
  readonly requestBody?: string;
  readonly responseHeaders: HeaderFields;
  readonly responseBody?: string;
}

/** One call as it may be shown: secrets masked, bodies cut at 16 KiB. */
export interface Exchange {
  readonly at: string;
  readonly method: string;
  readonly url: string;
  readonly durationMs: number;
  readonly status?: number;
  readonly error?: string;
  readonly requestHeaders: Readonly<Record<string, string>>;
  readonly requestBody?: string;
  readonly responseHeaders: Readonly<Record<string, string>>;
  readonly responseBody?: string;
}

const BODY_LIMIT = 16 * 1024;

const maskedForm = (text: string, redactor: Redactor): string => {
  const told = (name: string, value: string): string => {
    const masked = String((redactor.data({ [name]: value }) as Record<string, unknown>)[name]);
    return `${encodeURIComponent(name)}=${masked === value ? encodeURIComponent(value) : masked}`;
  };
  return [...new URLSearchParams(text)].map(([name, value]) => told(name, value)).join("&");
};

const maskedJson = (text: string, redactor: Redactor): string | undefined => {
  try {
    return JSON.stringify(redactor.data(JSON.parse(text)));
  } catch {
    return undefined;
  }
};

const cut = (text: string): string =>
  text.length <= BODY_LIMIT ? text : `${text.slice(0, BODY_LIMIT)}… (${text.length - BODY_LIMIT} more characters)`;

/** A body with its secrets masked first and cut afterwards, so that no half of a secret stays at the edge. */
export const redactBody = (text: string, contentType: string, redactor: Redactor): string => {
  if (contentType.startsWith("application/x-www-form-urlencoded")) return cut(redactor.text(maskedForm(text, redactor)));
  const json = /^\s*[[{"]/.test(text) ? maskedJson(text, redactor) : undefined;
  return cut(json ?? redactor.text(text));
};

/** A URL with known secrets and the values of query parameters with secret names masked. */
export const redactUrl = (url: string, redactor: Redactor): string => {
  const mark = url.indexOf("?");
  if (mark < 0) return redactor.text(url);
  return redactor.text(`${url.slice(0, mark)}?${maskedForm(url.slice(mark + 1), redactor)}`);
};

const typeOf = (headers: HeaderFields): string => {
  const [, value] = Object.entries(headers).find(([name]) => name.toLowerCase() === "content-type") ?? [];
  return typeof value === "string" ? value : "";
};

const body = (text: string | undefined, headers: HeaderFields, redactor: Redactor): string | undefined =>
  text === undefined || text === "" ? undefined : redactBody(text, typeOf(headers), redactor);

/** The exchange as it may be shown. */
export const tellExchange = (raw: RawExchange, redactor: Redactor): Exchange => {
  const requestBody = body(raw.requestBody, raw.requestHeaders, redactor);
  const responseBody = body(raw.responseBody, raw.responseHeaders, redactor);
  return {
    at: new Date(raw.atMs).toISOString(),
    method: raw.method,
    url: redactUrl(raw.url, redactor),
    durationMs: Math.round(raw.durationMs),
    ...(raw.status !== undefined && { status: raw.status }),
    ...(raw.error !== undefined && { error: raw.error }),
    requestHeaders: redactor.headers(raw.requestHeaders),
    ...(requestBody !== undefined && { requestBody }),
    responseHeaders: redactor.headers(raw.responseHeaders),
    ...(responseBody !== undefined && { responseBody }),
  };
};
