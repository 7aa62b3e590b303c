import { AGENT_NAMESPACE, AGENT_SECRET } from "../agent-manifest.ts";
import { textAt } from "../json.ts";
import type { Tunnel } from "../tunnel.ts";
import type { Wiring } from "../wiring.ts";
import type { ProgramContext } from "../../kubernetes/program.ts";

export interface Connection {
  readonly token: string;
  readonly tunnel: Tunnel;
}

const decoded = (base64: string): string => Buffer.from(base64, "base64").toString("utf8");

/** The agent's way to its Director, by the Secret that the registration command left; throws, saying where it is cut. */
export const connect = (context: ProgramContext, wiring: Wiring): Connection => {
  const { store } = context;
  const secret = store.get(store.resource("Secret"), AGENT_NAMESPACE, AGENT_SECRET);
  const [token, url] = [textAt(secret, "data", "token"), textAt(secret, "data", "url")];
  if (token === undefined || url === undefined) throw new Error(`secret ${AGENT_NAMESPACE}/${AGENT_SECRET} has no token and url`);
  const tunnel = wiring.dial(context, decoded(url));
  if (tunnel === undefined) throw new Error(`Director at ${decoded(url)} does not answer`);
  return { token: decoded(token), tunnel };
};
