import { request as httpRequest, type ClientRequest, type IncomingMessage } from "node:http";
import { request as httpsRequest } from "node:https";
import type { Readable } from "node:stream";
import { createBrotliDecompress, createGunzip, createInflate } from "node:zlib";
import { isStream, type EncodedBody } from "./body.ts";
import type { Endpoint } from "./endpoint.ts";
import type { HeaderFields } from "./exchange.ts";

/** One request as it goes out. */
export interface WireCall {
  readonly method: string;
  /** Below the endpoint's base, with its query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: EncodedBody | undefined;
  /** Until the whole answer is there, for streams until its head is. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal | undefined;
  readonly wants: "text" | "bytes" | "stream";
}

export interface WireAnswer {
  readonly status: number;
  readonly headers: HeaderFields;
  readonly data: string | Buffer | Readable;
}

/** A kept connection that the server had closed already: the request never reached it. */
class BrokenBeforehand extends Error {
  readonly code: string | undefined;

  constructor(cause: Error) {
    super(cause.message, { cause });
    this.code = codeOf(cause);
  }
}

export const brokeBeforehand = (error: unknown): boolean => error instanceof BrokenBeforehand;

const codeOf = (error: Error): string | undefined => ("code" in error && typeof error.code === "string" ? error.code : undefined);

const DECODERS = { gzip: createGunzip, "x-gzip": createGunzip, deflate: createInflate, br: createBrotliDecompress } as const;

const isDecodable = (encoding: string | undefined): encoding is keyof typeof DECODERS => encoding !== undefined && encoding in DECODERS;

/** The body as it was before the server packed it; errors of the connection reach its reader. */
const unpacked = (response: IncomingMessage): Readable => {
  const encoding = response.headers["content-encoding"];
  if (!isDecodable(encoding)) return response;
  const decoder = DECODERS[encoding]();
  response.once("error", (error) => decoder.destroy(error));
  decoder.once("close", () => response.destroy());
  return response.pipe(decoder);
};

const joined = (chunks: readonly Buffer[]): Buffer => {
  const [first] = chunks;
  return first !== undefined && chunks.length === 1 ? first : Buffer.concat(chunks);
};

const textOf = (bytes: Buffer): string => {
  const text = bytes.toString("utf8");
  return text.startsWith("\uFEFF") ? text.slice(1) : text;
};

/** What a request line may not hold, and what a URL's own rules would change in it. */
const UNCLEAN = /[^\u0021-\u007e]|#|\/\./;

const targetOf = ({ base, prefix, forward }: Endpoint, path: string): string => {
  const clean = UNCLEAN.test(path) ? cleaned(base, path) : prefix + path;
  const target = clean.startsWith("/") ? clean : `/${clean}`;
  return forward === undefined ? target : new URL(base).origin + target;
};

const cleaned = (base: string, path: string): string => {
  const { pathname, search } = new URL(base + path);
  return pathname + search;
};

const open = (endpoint: Endpoint, call: WireCall): ClientRequest => {
  const { body } = call;
  const length = body === undefined || isStream(body.data) ? {} : { "content-length": String(Buffer.byteLength(body.data)) };
  const options = {
    ...endpoint.address,
    method: call.method,
    path: targetOf(endpoint, call.path),
    headers: { ...endpoint.forward, ...call.headers, ...length },
    agent: endpoint.agent,
  };
  return endpoint.speaksTls ? httpsRequest(options) : httpRequest(options);
};

const send = (request: ClientRequest, body: EncodedBody | undefined): void => {
  const data = body?.data;
  if (!isStream(data)) {
    request.end(data);
    return;
  }
  data.once("error", (error) => request.destroy(error));
  data.pipe(request);
};

const late = (): Error => Object.assign(new Error("the deadline passed"), { code: "ETIMEDOUT" });

/** One request from its first byte to the end of its answer. */
class Attempt {
  readonly answer: Promise<WireAnswer>;
  readonly #call: WireCall;
  readonly #request: ClientRequest;
  readonly #timer: NodeJS.Timeout;
  #body: Readable | undefined;
  #resolve: (answer: WireAnswer) => void = () => {};
  #reject: (error: unknown) => void = () => {};

  constructor(endpoint: Endpoint, call: WireCall) {
    this.#call = call;
    this.answer = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    this.#request = open(endpoint, call);
    this.#timer = setTimeout(() => this.#stop(late()), Math.max(call.timeoutMs, 1));
    this.#request.on("error", (error) => this.#fail(this.#told(error)));
    this.#request.once("response", (response) => this.#receive(response));
    call.signal?.addEventListener("abort", this.#abort, { once: true });
    send(this.#request, call.body);
  }

  readonly #abort = (): void => this.#stop(this.#call.signal?.reason);

  #receive(response: IncomingMessage): void {
    const body = unpacked(response);
    this.#body = body;
    body.on("error", (error) => this.#fail(error));
    const head = { status: response.statusCode ?? 0, headers: response.headers };
    if (this.#call.wants === "stream") {
      clearTimeout(this.#timer);
      // The signal goes on ruling a stream until it has been read.
      body.once("close", () => this.#letGo());
      this.#resolve({ ...head, data: body });
      return;
    }
    const chunks: Buffer[] = [];
    body.on("data", (chunk: Buffer) => chunks.push(chunk));
    body.once("end", () => {
      this.#letGo();
      const bytes = joined(chunks);
      this.#resolve({ ...head, data: this.#call.wants === "text" ? textOf(bytes) : bytes });
    });
  }

  #told(error: Error): Error {
    const isClosed = codeOf(error) === "ECONNRESET" || codeOf(error) === "EPIPE";
    return isClosed && this.#request.reusedSocket && this.#body === undefined ? new BrokenBeforehand(error) : error;
  }

  #stop(reason: unknown): void {
    this.#fail(reason);
    const error = reason instanceof Error ? reason : new Error(String(reason));
    this.#body?.destroy(error);
    this.#request.destroy(error);
  }

  #fail(error: unknown): void {
    this.#letGo();
    this.#reject(error);
  }

  #letGo(): void {
    clearTimeout(this.#timer);
    this.#call.signal?.removeEventListener("abort", this.#abort);
  }
}

/**
 * Sends one request over the endpoint's kept connections, by Node's own client: its answer is unpacked and read, unless a stream is wanted.
 * Rejects with what broke it, with the signal's reason, or with ETIMEDOUT.
 */
export const callOnce = (endpoint: Endpoint, call: WireCall): Promise<WireAnswer> => new Attempt(endpoint, call).answer;
