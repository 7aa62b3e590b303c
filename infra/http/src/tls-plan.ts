import type { AgentOptions } from "node:https";
import { createSecureContext, type ConnectionOptions, type PeerCertificate, type SecureContext, type TLSSocket } from "node:tls";

/** Judges the certificate of a connection before a byte is sent over it. */
export type Judge = (certificate: PeerCertificate) => Error | undefined;

export interface TlsPlan {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  /** Takes the place of chain and name checks. */
  readonly judge?: Judge;
}

export const POOL: AgentOptions = { keepAlive: true, keepAliveMsecs: 30_000, maxSockets: 64, scheduling: "lifo" };

const HANDSHAKE_LIMIT_MS = 30_000;

const contexts = new WeakMap<TlsPlan, SecureContext>();

/** Reading a CA and a key costs more than the rest of a connection does, so it is done once. Throws when one cannot be read. */
const contextOf = (plan: TlsPlan): SecureContext => {
  const known = contexts.get(plan);
  if (known !== undefined) return known;
  const { ca, cert, key } = plan;
  const context = createSecureContext({ ca, cert, key });
  contexts.set(plan, context);
  return context;
};

// With a judge OpenSSL's verdict is not asked for: the judge decides alone, and no session is resumed past it.
export const tlsOptions = (plan: TlsPlan): ConnectionOptions =>
  plan.judge === undefined ? { secureContext: contextOf(plan) } : { secureContext: contextOf(plan), rejectUnauthorized: false };

/** The connection once its handshake has ended well. */
export const shaken = (socket: TLSSocket): Promise<TLSSocket> => judged(socket, () => undefined);

/** The connection once its certificate has convinced the judge. */
export const judged = (socket: TLSSocket, judge: Judge): Promise<TLSSocket> =>
  new Promise((resolve, reject) => {
    // Nobody else holds the socket yet: without a limit a silent host would keep the process alive.
    socket.setTimeout(HANDSHAKE_LIMIT_MS, () => socket.destroy(Object.assign(new Error("no TLS handshake"), { code: "ETIMEDOUT" })));
    socket.once("error", reject);
    socket.once("secureConnect", () => {
      socket.setTimeout(0);
      const refusal = judge(socket.getPeerCertificate());
      if (refusal !== undefined) {
        socket.destroy();
        reject(refusal);
        return;
      }
      socket.removeListener("error", reject);
      resolve(socket);
    });
  });
