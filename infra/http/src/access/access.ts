import type { Socket } from "node:net";
import type { KuberaError } from "@kubera-e2e/schema/kubera-error";

/** Where a connection shall end; the far side of the hop resolves the name. */
export interface FarEnd {
  readonly host: string;
  readonly port: number;
}

/** A hop between here and an endpoint: a jump host or a proxy. */
export interface Access {
  /** As errors name it: `the jump host ops@bastion`. */
  readonly hop: string;
  /** A connection to the far end. Errors: `SSH_MISSING`, `JUMP_HOST_…` and `PROXY_…`, each naming the hop. */
  connect(end: FarEnd): Promise<Socket>;
  /** Why connections to this end break, when the hop has said so in the last seconds; undefined otherwise. */
  explain(end: FarEnd): Promise<KuberaError | undefined>;
  /** What foreign programs put into HTTPS_PROXY, a secret when it carries credentials; errors as `connect`. */
  proxyUrl(): Promise<string>;
  /** Ends the hop's own process, if it has one. */
  close(): Promise<void>;
}

/** No hop and no proxy of the environment either. */
export const DIRECT = "direct";

/** The way of one client; undefined: what the proxy variables say. */
export type Way = Access | typeof DIRECT | undefined;

/** `host:port`, with brackets around an IPv6 address. */
export const told = ({ host, port }: FarEnd): string => `${host.includes(":") ? `[${host}]` : host}:${port}`;

/** The end that a URL names. */
export const farEndOf = (url: URL): FarEnd => ({
  host: url.hostname.replace(/^\[|\]$/g, ""),
  port: Number(url.port || (url.protocol === "https:" ? 443 : 80)),
});
