import type { IncomingMessage } from "node:http";
import type { PeerCertificate, TLSSocket } from "node:tls";
import { ApiStatusError } from "../api-status.ts";
import type { EtcdStore } from "../etcd-store.ts";
import type { User } from "../rbac/request-attributes.ts";
import type { ServiceAccountTokens } from "../rbac/service-account-tokens.ts";

export type Tokens = ReadonlyMap<string, User>;

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

const byToken = (request: IncomingMessage, { tokens, accounts, store, nowMs }: Credentials): User | undefined => {
  const [, token] = /^Bearer (.+)$/.exec(request.headers.authorization ?? "") ?? [];
  if (token === undefined) return undefined;
  const user = tokens.get(token) ?? accounts.userOf(token, store, nowMs);
  if (user === undefined) throw unauthorized();
  return user;
};

export interface Credentials {
  readonly tokens: Tokens;
  readonly accounts: ServiceAccountTokens;
  readonly store: EtcdStore;
  readonly nowMs: number;
}

const authenticated = ({ name, groups }: User): User => ({ name, groups: [...new Set([...groups, "system:authenticated"])] });

/** Who sent the request; undefined for nobody, who may only ask for health and version. Errors: 401. */
export const identified = (request: IncomingMessage, credentials: Credentials): User | undefined => {
  const user = byCertificate(request.socket as TLSSocket) ?? byToken(request, credentials);
  if (user !== undefined) return authenticated(user);
  if (OPEN_PATHS.test(request.url ?? "")) return undefined;
  throw unauthorized();
};
