import { Agent as HttpAgent, type ClientRequest } from "node:http";
import { Agent as HttpsAgent } from "node:https";
import type { Duplex } from "node:stream";
import { connect, TLSSocket, type ConnectionOptions } from "node:tls";
import type { AgentConnectOpts } from "agent-base";
import { HttpsProxyAgent } from "https-proxy-agent";
import type { Access } from "./access/access.ts";
import { AccessAgent } from "./access-agent.ts";
import { judged, POOL, tlsOptions, type Judge, type TlsPlan } from "./tls-plan.ts";

type Created = (error: Error | null, socket: Duplex) => void;

/** What ends a connection and says nothing of who was at its other end: the network, or whoever had asked. */
const leavesSession = ({ code = "" }: NodeJS.ErrnoException): boolean =>
  code === "ERR_CANCELED" || (code.startsWith("E") && !code.startsWith("ERR_"));

/** What `tls.connect` calls on its sockets, and Node's types leave out. */
interface Resuming {
  readonly setSession: (session: Buffer) => void;
}

/**
 * Its connections share what was read of the CA and the key, and resume one session. Node's own cache forgets it with the first refused
 * connection, and a cluster that comes back is asked by many at once.
 */
class PlannedAgent extends HttpsAgent {
  readonly #plan: TlsPlan;
  #session: Buffer | undefined;

  constructor(plan: TlsPlan) {
    super({ ...POOL, maxCachedSessions: 0 });
    this.#plan = plan;
  }

  override createConnection(options: ConnectionOptions, created: Created): Duplex | null | undefined {
    const socket = super.createConnection({ ...options, ...tlsOptions(this.#plan) }, created);
    if (socket instanceof TLSSocket) this.#resume(socket);
    return socket;
  }

  /** As an option of the connection Node would read the session twice, and the server's certificate with it: a quarter of what one costs. */
  #resume(socket: TLSSocket & Partial<Resuming>): void {
    if (this.#session !== undefined) socket.setSession?.(this.#session);
    socket.on("session", (session) => (this.#session = session));
    socket.once("error", (error: NodeJS.ErrnoException) => {
      if (!leavesSession(error)) this.#session = undefined;
    });
  }
}

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
export const createHttpAgent = (access?: Access): HttpAgent => (access === undefined ? new HttpAgent(POOL) : new AccessAgent(access, {}));

/** `via` is a hop of the bed, or the URL of a proxy that the environment names. */
export const createTlsAgent = (plan: TlsPlan, via?: string | Access): HttpsAgent | TunnelAgent | AccessAgent => {
  if (typeof via === "string") return new TunnelAgent(via, plan);
  if (via !== undefined) return new AccessAgent(via, plan);
  const { judge } = plan;
  return judge === undefined ? new PlannedAgent(plan) : new JudgingAgent({ ...plan, judge });
};
