import type { Readable } from "node:stream";
import type { AxiosInstance, AxiosRequestConfig, AxiosResponse } from "axios";
import { systemClock, type Clock } from "@kubera-e2e/schema/clock";
import { isKuberaError, KuberaError } from "@kubera-e2e/schema/kubera-error";
import { farEndOf } from "./access/access.ts";
import { create, isAxiosError } from "./axios.ts";
import { encodeBody, encodeQuery, isStream, type EncodedBody } from "./body.ts";
import { openEndpoint, openSocketEndpoint, type Endpoint } from "./endpoint.ts";
import type { HeaderFields, RawExchange } from "./exchange.ts";
import { networkFailure, type FailedCall } from "./failure.ts";
import type { Http, HttpOptions, HttpRequest, HttpResponse } from "./http.ts";
import { lookAtCertificate } from "./look.ts";
import { tlsCodeOf, tlsFailure } from "./tls-failure.ts";
import type { Upgraded } from "./web-socket.ts";
import { valueOf, type Looked, type WitnessEnd } from "./witness.ts";

const DEFAULT_TIMEOUT_MS = 30_000;
/** For calls that nobody ended, which are told otherwise; a reason that Node makes up takes a stack. */
const GIVEN_UP = new Error("the call was given up");
const IDEMPOTENT = new Set(["GET", "HEAD", "PUT", "DELETE", "OPTIONS"]);
const LOOKS = new Set(["GET", "HEAD", "OPTIONS"]);
const asItIs = (data: unknown): unknown => data;

/** One call under way. */
interface Call {
  readonly request: HttpRequest;
  readonly url: string;
  readonly body: EncodedBody | undefined;
  readonly headers: Record<string, string>;
  readonly timeoutMs: number;
  readonly atMs: number;
  readonly startMs: number;
}

/** An answer, and what of it comes after its head. */
interface Answered {
  readonly data?: unknown;
  readonly messages?: unknown;
}

type Ask<T> = (signal: AbortSignal) => Promise<T>;

const isJson = (headers: HeaderFields): boolean => {
  const type = headers["content-type"];
  return typeof type === "string" && /[/+]json\b/i.test(type);
};

/** A kept connection that the server had closed already: the request never reached it. */
const brokeBeforehand = (error: unknown): boolean =>
  isAxiosError(error) &&
  (error.code === "ECONNRESET" || error.code === "EPIPE") &&
  (error.request as { reusedSocket?: boolean } | undefined)?.reusedSocket === true &&
  error.response === undefined;

/** An error of the house inside what axios made of it: a hop before the endpoint failed. */
const ownErrorIn = (error: unknown): KuberaError | undefined => {
  if (isKuberaError(error)) return error;
  return error instanceof Error && error.cause !== undefined ? ownErrorIn(error.cause) : undefined;
};

export class HttpClient implements Http {
  readonly baseUrl: string;
  readonly #options: HttpOptions;
  readonly #endpoint: Endpoint;
  readonly #clock: Clock;
  readonly #axios: AxiosInstance;
  /** Where WebSockets begin: it keeps no connection for another call. */
  #fresh: Endpoint | undefined;

  constructor(options: HttpOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#endpoint = openEndpoint(options);
    this.baseUrl = this.#endpoint.base;
    const { httpAgent, httpsAgent, proxy } = this.#endpoint;
    this.#axios = create({
      adapter: "http",
      httpAgent,
      httpsAgent,
      maxRedirects: 0,
      maxBodyLength: Infinity,
      validateStatus: () => true,
      transformRequest: asItIs,
      transformResponse: asItIs,
      ...(proxy === false && { proxy }),
    });
  }

  request(request: HttpRequest & { readonly responseType: "text" }): Promise<HttpResponse<string>>;
  request(request: HttpRequest & { readonly responseType: "bytes" }): Promise<HttpResponse<Buffer>>;
  request(request: HttpRequest & { readonly responseType: "stream" }): Promise<HttpResponse<Readable>>;
  request(request: HttpRequest): Promise<HttpResponse>;
  async request(asked: HttpRequest): Promise<HttpResponse<never>> {
    const request = await this.#fenced(asked, !LOOKS.has(asked.method));
    request.signal?.throwIfAborted();
    const end = await this.#witnessed(request);
    const call = this.#prepare(request);
    try {
      const answer = await this.#send(call);
      end?.({ status: answer.status, body: valueOf(answer.data) });
      return this.#settle(call, answer) as HttpResponse<never>;
    } catch (error) {
      throw await this.#failure(call, error);
    }
  }

  async upgrade(asked: HttpRequest, protocols: readonly string[]): Promise<Upgraded> {
    const request = await this.#fenced(asked, true);
    request.signal?.throwIfAborted();
    const call = this.#prepare(request);
    try {
      const answer = await this.#attempt(call, (signal) => this.#shake(call, protocols, signal));
      const { status, headers: responseHeaders, body: responseBody } = answer;
      this.#record(call, { durationMs: performance.now() - call.startMs, status, responseHeaders, responseBody });
      return answer;
    } catch (error) {
      throw await this.#failure(call, error);
    }
  }

  close(): void {
    for (const endpoint of [this.#endpoint, this.#fresh]) {
      endpoint?.httpAgent.destroy();
      endpoint?.httpsAgent.destroy();
    }
    this.#fresh = undefined;
  }

  async #fenced(request: HttpRequest, mayChange: boolean): Promise<HttpRequest> {
    const { fence } = this.#options;
    if (fence === undefined || !mayChange) return request;
    await fence.check();
    const { signal } = fence;
    return { ...request, signal: request.signal === undefined ? signal : AbortSignal.any([request.signal, signal]) };
  }

  async #witnessed(request: HttpRequest): Promise<WitnessEnd | undefined> {
    const witness = this.#options.transcript?.witness;
    if (witness === undefined || LOOKS.has(request.method)) return undefined;
    const { body, url, headers } = this.#prepare(request);
    const { "content-type": _type, ...asCaller } = headers;
    const look = (path: string): Promise<Looked> => this.#look(path, asCaller);
    const sent = typeof body?.data === "string" ? body.data : undefined;
    return witness({ method: request.method, url, path: url.slice(this.baseUrl.length), body: sent, look });
  }

  /** A question that no transcript shows. */
  async #look(path: string, headers: Readonly<Record<string, string>>): Promise<Looked> {
    try {
      const { status, data } = await this.#send(this.#prepare({ method: "GET", path, headers }));
      return { status, body: valueOf(data) };
    } catch {
      return { status: 0, body: undefined };
    }
  }

  #prepare(request: HttpRequest): Call {
    const body = encodeBody(request.body, request.form);
    const headers: Record<string, string> = { ...this.#endpoint.headers };
    if (body?.contentType !== undefined) headers["content-type"] = body.contentType;
    for (const [name, value] of Object.entries(request.headers ?? {})) headers[name.toLowerCase()] = value;
    return {
      request,
      url: this.#urlOf(request),
      body,
      headers,
      timeoutMs: request.timeoutMs ?? this.#options.timeoutMs ?? DEFAULT_TIMEOUT_MS,
      atMs: this.#clock.now(),
      startMs: performance.now(),
    };
  }

  #urlOf({ method, path, query }: HttpRequest): string {
    // Without the slash "host" and ".elsewhere" would make another host's name.
    if (path !== "" && !/^[/?]/.test(path))
      throw new KuberaError("INTERNAL", {
        what: "a request path does not start with a slash",
        where: `${method} ${this.baseUrl} + "${this.#options.redactor.text(path)}"`,
        because: "paths are appended to the base URL, so that credentials never reach another host",
        fix: "Start the path with a slash; for another host make another client.",
      });
    const added = encodeQuery(query);
    if (added === "") return this.baseUrl + path;
    return `${this.baseUrl}${path}${path.includes("?") ? "&" : "?"}${added}`;
  }

  async #send(call: Call): Promise<AxiosResponse<unknown>> {
    const ask = (signal: AbortSignal): Promise<AxiosResponse<unknown>> => this.#axios.request(this.#config(call, signal));
    const { idempotent, method } = call.request;
    try {
      return await this.#attempt(call, ask);
    } catch (error) {
      const mayRepeat = (idempotent ?? IDEMPOTENT.has(method)) && typeof call.body?.data !== "object";
      if (!mayRepeat || !brokeBeforehand(error)) throw error;
      return this.#attempt(call, ask);
    }
  }

  async #attempt<T extends Answered>(call: Call, ask: Ask<T>): Promise<T> {
    const { signal } = call.request;
    signal?.throwIfAborted();
    const guard = new AbortController();
    const abort = (): void => guard.abort(signal?.reason ?? GIVEN_UP);
    const release = (): void => signal?.removeEventListener("abort", abort);
    const left = call.timeoutMs - (performance.now() - call.startMs);
    const timer = setTimeout(abort, Math.max(left, 1));
    signal?.addEventListener("abort", abort, { once: true });
    try {
      const answer = await ask(guard.signal);
      // The signal goes on ruling a stream until it has been read.
      const stream = answer.messages ?? answer.data;
      if (isStream(stream)) stream.once("close", release);
      else release();
      return answer;
    } catch (error) {
      release();
      signal?.throwIfAborted();
      if (guard.signal.aborted) throw Object.assign(new Error("the deadline passed"), { code: "ETIMEDOUT" });
      throw error;
    } finally {
      clearTimeout(timer);
    }
  }

  /** Over a connection of its own, for one that was kept may have broken, and this must not be asked twice. */
  async #shake({ url, headers }: Call, protocols: readonly string[], signal: AbortSignal): Promise<Upgraded> {
    // Most runs need none.
    const { openWebSocket } = await import("./web-socket.ts");
    signal.throwIfAborted();
    this.#fresh ??= openSocketEndpoint(this.#options);
    const { httpAgent, httpsAgent } = this.#fresh;
    return openWebSocket({ url, protocols, headers, agent: url.startsWith("https:") ? httpsAgent : httpAgent, signal });
  }

  #config(call: Call, signal: AbortSignal): AxiosRequestConfig {
    const { method, responseType } = call.request;
    const type = { json: "text", text: "text", bytes: "arraybuffer", stream: "stream" } as const;
    return { method, url: call.url, headers: call.headers, data: call.body?.data, signal, responseType: type[responseType ?? "json"] };
  }

  #settle(call: Call, answer: AxiosResponse<unknown>): HttpResponse {
    const durationMs = performance.now() - call.startMs;
    const headers = Object.assign<Record<string, string>, object>({}, answer.headers) as HeaderFields;
    const { status, data } = answer;
    this.#record(call, { durationMs, status, responseHeaders: headers, ...(typeof data === "string" && { responseBody: data }) });
    const body = (call.request.responseType ?? "json") === "json" ? this.#json(call, { status, headers, text: String(data) }) : data;
    return { status, headers, body, durationMs };
  }

  #json(call: Call, { status, headers, text }: { status: number; headers: HeaderFields; text: string }): unknown {
    if (text === "") return undefined;
    try {
      return JSON.parse(text) as unknown;
    } catch {
      if (status >= 300 && !isJson(headers)) return text;
      throw this.#notJson(call, text, `status ${status}, ${String(headers["content-type"] ?? "no content type")}`);
    }
  }

  #notJson(call: Call, text: string, detail: string): KuberaError {
    const failed = this.#failedCall(call);
    const start = this.#options.redactor.text(text.slice(0, 4096)).slice(0, 120).replaceAll(/\s+/g, " ");
    return new KuberaError("RESPONSE_INVALID", {
      what: `${failed.url.host} promised JSON and sent something else`,
      where: failed.place,
      // The parser's own message is left out: it quotes the text unredacted.
      because: `${this.#options.redactor.text(detail)}; it starts with "${start}"`,
      fix: "Look whether a proxy or a login page answered in the server's place, and whether the path belongs to this API.",
    });
  }

  async #failure(call: Call, error: unknown): Promise<unknown> {
    if (isKuberaError(error)) return error;
    if (call.request.signal?.aborted === true && error === call.request.signal.reason) return error;
    const told = await this.#tell(call, error);
    this.#record(call, { durationMs: performance.now() - call.startMs, error: told.code, responseHeaders: {} });
    return told;
  }

  async #tell(call: Call, error: unknown): Promise<KuberaError> {
    const ofHop = ownErrorIn(error);
    if (ofHop !== undefined) return ofHop;
    const failed = this.#failedCall(call);
    const { via } = this.#endpoint;
    const tlsCode = tlsCodeOf(error);
    if (tlsCode !== undefined) return tlsFailure(tlsCode, error, { call: failed, seen: await lookAtCertificate(failed.url, via) });
    const explained = typeof via === "object" ? await via.explain(farEndOf(failed.url)) : undefined;
    return explained ?? networkFailure(error, failed);
  }

  #failedCall({ request, url, timeoutMs }: Call): FailedCall {
    const [bare = url] = url.split(/[?#]/);
    return { url: new URL(url), place: `${request.method} ${this.#options.redactor.text(bare)}`, timeoutMs };
  }

  #record(call: Call, result: Omit<RawExchange, "atMs" | "method" | "url" | "requestHeaders" | "requestBody">): void {
    const { transcript } = this.#options;
    if (transcript === undefined) return;
    const { atMs, url, headers, body } = call;
    const sent = typeof body?.data === "string" ? { requestBody: body.data } : {};
    transcript.record({ atMs, method: call.request.method, url, requestHeaders: headers, ...sent, ...result });
  }
}
