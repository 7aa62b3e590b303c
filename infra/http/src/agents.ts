import { Agent as HttpAgent, type ClientRequest } from "node:http";
import { Agent as HttpsAgent, type AgentOptions } from "node:https";
import type { Duplex } from "node:stream";
import { connect, TLSSocket, type ConnectionOptions, type PeerCertificate } from "node:tls";
import type { AgentConnectOpts } from "agent-base";
import { HttpsProxyAgent } from "https-proxy-agent";

/** Judges the certificate of a connection before a byte is sent over it. */
export type Judge = (certificate: PeerCertificate) => Error | undefined;

export interface TlsPlan {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  /** Takes the place of chain and name checks. */
  readonly judge?: Judge;
}

const POOL: AgentOptions = { keepAlive: true, keepAliveMsecs: 30_000, maxSockets: 64, scheduling: "lifo" };

const HANDSHAKE_LIMIT_MS = 30_000;

// With a judge OpenSSL's verdict is not asked for: the judge decides alone, and no session is resumed past it.
const tlsOptions = ({ judge, ...options }: TlsPlan): ConnectionOptions =>
  judge === undefined ? options : { ...options, rejectUnauthorized: false };

const judged = (socket: TLSSocket, judge: Judge): Promise<TLSSocket> =>
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

type Created = (error: Error | null, socket: Duplex) => void;

/** Hands a connection out only after its certificate was judged, so that no request is ever sent to a stranger. */
class JudgingAgent extends HttpsAgent {
  readonly #plan: TlsPlan & { readonly judge: Judge };

  constructor(plan: TlsPlan & { readonly judge: Judge }) {
    super({ ...POOL, maxCachedSessions: 0 });
    this.#plan = plan;
  }

  override createConnection(options: ConnectionOptions, created: Created): undefined {
    const socket = connect({ ...options, ...tlsOptions(this.#plan) });
    judged(socket, this.#plan.judge).then(
      (ready) => created(null, ready),
      (error: Error) => created(error, socket),
    );
  }
}

/** A tunnel through a proxy; an answer other than 200 is the proxy's refusal, not the endpoint's answer. */
class TunnelAgent extends HttpsProxyAgent<string> {
  readonly #plan: TlsPlan;
  readonly #proxy: string;

  constructor(proxy: string, plan: TlsPlan) {
    super(proxy, { keepAlive: true });
    this.#proxy = proxy;
    this.#plan = plan;
  }

  override async connect(request: ClientRequest, options: AgentConnectOpts): ReturnType<HttpsProxyAgent<string>["connect"]> {
    let status = 200;
    request.once("proxyConnect", (answer: { statusCode: number }) => {
      status = answer.statusCode;
    });
    const socket = await super.connect(request, { ...options, ...tlsOptions(this.#plan) } as AgentConnectOpts);
    if (status !== 200) {
      socket.destroy();
      const { host } = new URL(this.#proxy);
      throw Object.assign(new Error(`the proxy ${host} answered ${status} to CONNECT`), { code: "ERR_PROXY_REFUSED" });
    }
    const { judge } = this.#plan;
    return judge !== undefined && socket instanceof TLSSocket ? judged(socket, judge) : socket;
  }
}

/** One pool of kept connections to one endpoint. */
export const createHttpAgent = (): HttpAgent => new HttpAgent(POOL);

export const createTlsAgent = (plan: TlsPlan, proxy?: string): HttpsAgent | TunnelAgent => {
  if (proxy !== undefined) return new TunnelAgent(proxy, plan);
  const { judge, ...options } = plan;
  return judge === undefined ? new HttpsAgent({ ...POOL, ...options }) : new JudgingAgent({ ...options, judge });
};
