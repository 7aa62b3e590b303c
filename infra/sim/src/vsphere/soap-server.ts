import { createServer, type Server } from "node:https";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import type { IssuedCertificate } from "../certificates/authority.ts";
import { API_VERSION } from "./about.ts";
import { renderFault, renderResponse } from "./render.ts";
import type { Outcome, Service } from "./service.ts";
import { readSoapRequest } from "./soap-request.ts";
import { VimFault } from "./vim-fault.ts";

const LONGEST_REQUEST = 1024 * 1024;
/** What clients ask to tell other servers apart. A vCenter answers 404 as well, so it is no gap of the simulator. */
const ABSENT: ReadonlySet<string> = new Set(["/about"]);
const SDK = /^\/sdk(?:\/(?:vimService)?)?$/;

const VERSIONS = `<?xml version="1.0" encoding="UTF-8"?>
<namespaces version="1.0"><namespace><name>urn:vim25</name><version>${API_VERSION}</version><priorVersions><version>6.7</version><version>6.5</version></priorVersions></namespace></namespaces>
`;

interface Reply {
  readonly status: number;
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

const send = (response: ServerResponse, reply: Reply): void => {
  if (response.destroyed) return;
  response.writeHead(reply.status, { "content-type": "text/xml; charset=utf-8", "cache-control": "no-cache", ...reply.headers });
  response.end(reply.body ?? "");
};

const readBody = async (request: IncomingMessage): Promise<string | undefined> => {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > LONGEST_REQUEST) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
};

/** Answers HTTP with what the service says: 200, or 500 with a typed fault; anything that is not the SDK is 404. */
class Door {
  readonly #service: Service;
  readonly #log: (line: string) => void;
  readonly #latencyMs: number;

  constructor(service: Service, { log, latencyMs = 0 }: Pick<ListenOptions, "log" | "latencyMs">) {
    this.#service = service;
    this.#log = log;
    this.#latencyMs = latencyMs;
  }

  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = new URL(request.url ?? "/", "https://sim").pathname;
    if (request.method === "GET" && path === "/sdk/vimServiceVersions.xml") return send(response, { status: 200, body: VERSIONS });
    if (!SDK.test(path)) {
      if (!ABSENT.has(path)) this.#log(`vsphere: ${request.method ?? ""} ${path} is not served`);
      return send(response, { status: 404 });
    }
    if (request.method !== "POST") return send(response, { status: 405, headers: { allow: "POST" } });
    const body = await readBody(request);
    if (body === undefined) return send(response, { status: 413, headers: { connection: "close" } });
    await this.#soap(body, request, response);
  }

  async #soap(body: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const gone = new AbortController();
    response.once("close", () => {
      if (!response.writableEnded) gone.abort();
    });
    try {
      if (this.#latencyMs > 0) await delay(this.#latencyMs, undefined, { signal: gone.signal });
      const call = readSoapRequest(body);
      const outcome = await this.#service.answer({
        request: call,
        cookie: request.headers.cookie,
        peer: { address: request.socket.remoteAddress ?? "", userAgent: request.headers["user-agent"] ?? "" },
        signal: gone.signal,
      });
      send(response, { status: 200, body: renderResponse(call.method, outcome.values), headers: cookieOf(outcome) });
    } catch (error) {
      send(response, { status: 500, body: this.#fault(error) });
    }
  }

  #fault(error: unknown): string {
    const fault =
      error instanceof VimFault
        ? error
        : new VimFault("SystemError", "A general system error occurred in the simulator.", { reason: String(error) });
    if (UNEXPECTED.has(fault.type)) this.#log(`vsphere: ${fault.type}: ${fault.message}${error === fault ? "" : ` ${errorText(error)}`}`);
    return renderFault({ code: "ServerFaultCode", message: fault.message, detail: fault.toData() });
  }
}

/** Faults that say that the simulator was asked for something it does not have. */
const UNEXPECTED: ReadonlySet<string> = new Set(["MethodNotFound", "InvalidProperty", "NotSupported", "InvalidRequest", "SystemError"]);

const errorText = (error: unknown): string => (error instanceof Error ? (error.stack ?? error.message) : String(error));

const cookieOf = (outcome: Outcome): Record<string, string> => (outcome.setCookie === undefined ? {} : { "set-cookie": outcome.setCookie });

export interface ListenOptions {
  readonly tls: IssuedCertificate;
  readonly port: number;
  readonly log: (line: string) => void;
  /** Real milliseconds before each call is looked at; default none. */
  readonly latencyMs?: number;
}

/** Listens on 127.0.0.1; `close` breaks connections that are still open. */
export const listen = async (service: Service, options: ListenOptions): Promise<{ readonly port: number; close(): Promise<void> }> => {
  const door = new Door(service, options);
  const server = createServer({ cert: options.tls.certPem, key: options.tls.keyPem }, (request, response) => {
    door.handle(request, response).catch((error: unknown) => {
      options.log(`vsphere: ${errorText(error)}`);
      response.destroy();
    });
  });
  // Longer than any client keeps an idle connection, so that none is closed under a request on its way.
  server.keepAliveTimeout = 120_000;
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(options.port, "127.0.0.1", resolve);
  });
  return { port: (server.address() as AddressInfo).port, close: () => close(server) };
};

const close = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
