import type { ClientRequest } from "node:http";
import { isIP, type Socket } from "node:net";
import { connect, type TLSSocket } from "node:tls";
import { Agent, type AgentConnectOpts } from "agent-base";
import type { Access } from "./access/access.ts";
import { POOL, judged, shaken, tlsOptions, type TlsPlan } from "./tls-plan.ts";

/** Connections through a hop; each is verified to its far end as if there were none. */
export class AccessAgent extends Agent {
  readonly #access: Access;
  readonly #plan: TlsPlan;

  constructor(access: Access, plan: TlsPlan) {
    super(POOL);
    this.#access = access;
    this.#plan = plan;
  }

  override async connect(_request: ClientRequest, options: AgentConnectOpts): Promise<Socket> {
    // Whoever asks may give the port as text, whatever the types say.
    const end = { host: options.host ?? "", port: Number(String(options.port)) };
    const socket = await this.#access.connect(end);
    socket.setNoDelay(true);
    if (!options.secureEndpoint) return socket;
    return this.#secure(socket, end.host);
  }

  #secure(socket: Socket, host: string): Promise<TLSSocket> {
    const { judge } = this.#plan;
    const servername = isIP(host) === 0 ? { servername: host } : {};
    const secured = connect({ ...tlsOptions(this.#plan), socket, host, ...servername, ALPNProtocols: ["http/1.1"] });
    return judge === undefined ? shaken(secured) : judged(secured, judge);
  }
}
