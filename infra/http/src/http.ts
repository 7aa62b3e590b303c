import type { Readable } from "node:stream";
import type { Fence } from "@kubera-e2e/schema/fence";
import type { Clock } from "@kubera-e2e/schema/clock";
import type { Redactor } from "@kubera-e2e/schema/redactor";
import type { Way } from "./access/access.ts";
import type { HttpBody, QueryValue } from "./body.ts";
import { HttpClient } from "./http-client.ts";
import type { HeaderFields } from "./exchange.ts";
import type { Transcript } from "./transcript.ts";
import type { ClientCertificate, HttpTrust } from "./trust.ts";
import type { Upgraded } from "./web-socket.ts";

export type HttpMethod = "GET" | "HEAD" | "POST" | "PUT" | "PATCH" | "DELETE" | "OPTIONS";

export interface HttpOptions {
  /** Scheme, host, port and perhaps a first path; credentials in it are refused. */
  readonly baseUrl: string;
  readonly trust?: HttpTrust | undefined;
  /** Default: what the proxy variables say. */
  readonly access?: Way;
  readonly redactor: Redactor;
  readonly transcript?: Transcript | undefined;
  readonly clock?: Clock;
  /** Until the whole answer is there, for streams until its head is; default 30 s. */
  readonly timeoutMs?: number;
  /** Sent with every request. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly clientCertificate?: ClientCertificate | undefined;
  /** Once it has fallen, what may change something is refused with its reason, and such calls under way are ended; looking stays possible. */
  readonly fence?: Fence | undefined;
  readonly auth?: { readonly username: string; readonly password: string } | { readonly bearer: string } | undefined;
}

export interface HttpRequest {
  readonly method: HttpMethod;
  /** Appended to the base URL: starts with a slash or is empty. May carry its own query. */
  readonly path: string;
  readonly query?: Readonly<Record<string, QueryValue>> | undefined;
  /** Text, bytes and streams go as they are; everything else as JSON. */
  readonly body?: HttpBody | undefined;
  /** Sent url-encoded, instead of a body. */
  readonly form?: Readonly<Record<string, string>> | undefined;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal | undefined;
  readonly timeoutMs?: number | undefined;
  /** Default json. */
  readonly responseType?: ResponseType;
  /** Whether a call on a kept connection that broke may be made again; by default what HTTP says of the method. */
  readonly idempotent?: boolean;
}

export type ResponseType = "json" | "text" | "bytes" | "stream";

export interface HttpResponse<T = unknown> {
  readonly status: number;
  readonly headers: HeaderFields;
  /** With `json`: the parsed value, undefined when empty, text when an error status came with something else than JSON. */
  readonly body: T;
  readonly durationMs: number;
}

type Ask<T extends ResponseType> = HttpRequest & { readonly responseType: T };

/** One endpoint over HTTP. Every status is an answer; redirects are not followed. */
export interface Http {
  readonly baseUrl: string;
  /**
   * Errors: `CONNECTION_REFUSED`, `CONNECTION_LOST`, `NAME_UNRESOLVED`, `TIMED_OUT`, `TLS_UNTRUSTED`, `TLS_EXPIRED`,
   * `TLS_NOT_YET_VALID`, `TLS_NAME_MISMATCH`, `TLS_PIN_MISMATCH`, `RESPONSE_INVALID`; with an access also `SSH_MISSING`, `JUMP_HOST_…`
   * and `PROXY_…`; the signal's own reason when aborted.
   */
  request(request: Ask<"text">): Promise<HttpResponse<string>>;
  request(request: Ask<"bytes">): Promise<HttpResponse<Buffer>>;
  request(request: Ask<"stream">): Promise<HttpResponse<Readable>>;
  request(request: HttpRequest): Promise<HttpResponse>;
  /**
   * Asks for a WebSocket; a refusal is an answer like any other. What goes over it may change something, whatever the method, so that
   * the fence is asked. `timeoutMs` ends with the handshake, the signal rules on until the connection ends. Errors: as `request`.
   */
  upgrade(request: HttpRequest, protocols: readonly string[]): Promise<Upgraded>;
  /** Closes kept connections. */
  close(): void;
}

/**
 * A client of one endpoint. TLS is always verified: by the system's roots, a CA bundle, or a pin, which replaces the name check.
 * A declared access holds for every host; without one loopback is never proxied, and for other hosts the proxy variables hold. Secrets given here are learnt by the redactor.
 *
 * Errors: `SETTING_INVALID` for a base URL or trust that cannot be used.
 */
export const createHttp = (options: HttpOptions): Http => new HttpClient(options);
