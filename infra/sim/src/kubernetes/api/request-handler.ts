import { randomUUID } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { ApiStatusError, unavailable } from "../api-status.ts";
import { attributesOf, type User } from "../rbac/request-attributes.ts";
import type { Answer, ApiProcess, Call, Upgrade } from "./call.ts";
import { actingAs, demand } from "./admission.ts";
import { identified, type Tokens } from "./identity.ts";
import { answer } from "./routes.ts";

const BODY_LIMIT_BYTES = 3 * 1024 * 1024;

const tooLarge = (): ApiStatusError =>
  new ApiStatusError({
    code: 413,
    reason: "RequestEntityTooLarge",
    message: `Request entity too large: limit is ${BODY_LIMIT_BYTES}`,
  });

const readBody = async (request: IncomingMessage): Promise<Buffer> => {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > BODY_LIMIT_BYTES) throw tooLarge();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
};

const segmentsOf = (url: URL): string[] => {
  try {
    return url.pathname
      .split("/")
      .filter((part) => part !== "")
      .map(decodeURIComponent);
  } catch {
    throw new ApiStatusError({ code: 400, reason: "BadRequest", message: "the path is not percent-encoded UTF-8" });
  }
};

const internal = (error: unknown): ApiStatusError =>
  new ApiStatusError({
    code: 500,
    reason: "InternalError",
    message: `Internal error occurred: ${error instanceof Error ? error.message : String(error)}`,
    details: { causes: [{ reason: "", message: String(error) }] },
  });

/** Refusals that mean the simulator lacks something, rather than that the client erred. */
const isGap = (status: ApiStatusError["status"]): boolean =>
  status.code === 405 ||
  status.code === 406 ||
  status.code === 415 ||
  status.code >= 500 ||
  (status.code === 404 && status.details?.name === undefined);

const send = (response: ServerResponse, { code, body, contentType, headers }: Answer): void => {
  response.writeHead(code, {
    "content-type": contentType ?? "application/json",
    "cache-control": "no-cache, private",
    "content-length": String(Buffer.byteLength(body)),
    ...headers,
  });
  response.end(body);
};

const refuse = (request: IncomingMessage, response: ServerResponse, refusal: ApiStatusError): void => {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const headers: Record<string, string> = refusal.code === 413 ? { connection: "close" } : {};
  const seconds = refusal.status.details?.retryAfterSeconds;
  if (seconds !== undefined) headers["retry-after"] = String(seconds);
  send(response, { code: refusal.code, body: `${JSON.stringify(refusal.status)}\n`, headers });
  if (refusal.code === 413) request.resume();
};

export interface Door {
  readonly tokens: Tokens;
  /** The process that answers now; undefined while the machine is off. */
  readonly process: () => ApiProcess | undefined;
}

/** A request with all that belongs to it. */
export interface Received {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly upgrade?: Upgrade;
}

const NOBODY: User = { name: "system:anonymous", groups: ["system:unauthenticated"] };

interface Asked {
  readonly url: URL;
  readonly segments: readonly string[];
}

/** Who may do what is asked. Errors: 401 for nobody, 403 for who has no role for it. */
const admitted = (request: IncomingMessage, { tokens }: Door, process: ApiProcess): User & { asks: (asked: Asked) => void } => {
  const { accounts, authorizer, store, now } = process;
  const sender = identified(request, { tokens, accounts, store, nowMs: now() });
  if (sender === undefined) return { ...NOBODY, asks: () => {} };
  const user = actingAs(authorizer, sender, request.headers);
  return {
    ...user,
    asks: ({ url, segments }) => {
      if (!authorizer.isMaster(user)) demand(authorizer, user, attributesOf(request.method ?? "GET", url, segments));
    },
  };
};

/** Handles one request from its first byte to its answer; it never rejects. */
export const handleRequest = async (door: Door, { request, response, upgrade }: Received): Promise<void> => {
  const process = door.process();
  response.setHeader("audit-id", randomUUID());
  try {
    if (process === undefined) throw unavailable();
    const { asks, ...user } = admitted(request, door, process);
    const url = new URL(request.url ?? "/", "https://kubernetes.invalid");
    const segments = segmentsOf(url);
    asks({ url, segments });
    // Behind a request for another protocol comes that protocol.
    const body = upgrade === undefined ? await readBody(request) : Buffer.alloc(0);
    const call: Call = { method: request.method ?? "GET", url, segments, request, response, body, upgrade, process, user };
    const outcome = await answer(call);
    if (outcome !== "streamed") send(response, outcome);
  } catch (error) {
    const refusal = error instanceof ApiStatusError ? error : internal(error);
    if (isGap(refusal.status)) process?.log(`kubernetes: ${request.method ?? ""} ${request.url ?? ""}: ${refusal.code} ${refusal.message}`);
    if (!response.destroyed) refuse(request, response, refusal);
  }
};
