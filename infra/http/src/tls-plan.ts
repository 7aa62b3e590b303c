import type { AgentOptions } from "node:https";
import type { ConnectionOptions, PeerCertificate, TLSSocket } from "node:tls";

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

// With a judge OpenSSL's verdict is not asked for: the judge decides alone, and no session is resumed past it.
export const tlsOptions = ({ judge, ...options }: TlsPlan): ConnectionOptions =>
  judge === undefined ? options : { ...options, rejectUnauthorized: false };

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
