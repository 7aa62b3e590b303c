import type { IncomingMessage } from "node:http";
import type { PeerCertificate, TLSSocket } from "node:tls";
import { ApiStatusError } from "../api-status.ts";

export interface User {
  readonly name: string;
  readonly groups: readonly string[];
}

export type Tokens = ReadonlyMap<string, User>;

const MASTERS = "system:masters";
const OPEN_PATHS = /^\/(?:healthz|livez|readyz|version)(?:\/|$)/;

const unauthorized = (): ApiStatusError => new ApiStatusError({ code: 401, reason: "Unauthorized", message: "Unauthorized" });

const one = (value: string | readonly string[] | undefined): readonly string[] => (value === undefined ? [] : [value].flat());

/** The certificate of a connection never changes, and decoding it costs more than an answer does. */
const certificates = new WeakMap<TLSSocket, PeerCertificate>();

const certificateOf = (socket: TLSSocket): PeerCertificate => {
  const certificate = certificates.get(socket) ?? socket.getPeerCertificate();
  certificates.set(socket, certificate);
  return certificate;
};

/** Who a client certificate of the cluster's authority names; undefined without one. Errors: 401 for a certificate of another. */
const byCertificate = (socket: TLSSocket): User | undefined => {
  const subject = certificateOf(socket).subject as { CN?: string | string[]; O?: string | string[] } | undefined;
  if (subject === undefined) return undefined;
  if (!socket.authorized) throw unauthorized();
  return { name: one(subject.CN)[0] ?? "", groups: one(subject.O) };
};

const byToken = (request: IncomingMessage, tokens: Tokens): User | undefined => {
  const [, token] = /^Bearer (.+)$/.exec(request.headers.authorization ?? "") ?? [];
  if (token === undefined) return undefined;
  const user = tokens.get(token);
  if (user === undefined) throw unauthorized();
  return user;
};

const refuse = (user: User, request: IncomingMessage): ApiStatusError =>
  new ApiStatusError({
    code: 403,
    reason: "Forbidden",
    message: `forbidden: User "${user.name}" cannot ${(request.method ?? "GET").toLowerCase()} path "${(request.url ?? "/").split("?")[0] ?? "/"}"`,
    details: {},
  });

/** Lets the request in. Errors: 401 for nobody, 403 for who is no cluster administrator, as the simulator knows no finer roles. */
export const admit = (request: IncomingMessage, tokens: Tokens): void => {
  const user = byCertificate(request.socket as TLSSocket) ?? byToken(request, tokens);
  if (user === undefined) {
    if (OPEN_PATHS.test(request.url ?? "")) return;
    throw unauthorized();
  }
  if (!user.groups.includes(MASTERS)) throw refuse(user, request);
};
