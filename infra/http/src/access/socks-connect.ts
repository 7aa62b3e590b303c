import type { Socket } from "node:net";
import { SocksClient } from "socks";
import type { FarEnd } from "./access.ts";

export interface SocksServer extends FarEnd {
  readonly credentials?: { readonly username: string; readonly password: string } | undefined;
}

const LIMIT_MS = 30_000;

/** A connection through a SOCKS5 server, which resolves the name itself; errors are those of the package socks. */
export const socksConnect = async ({ host, port, credentials }: SocksServer, end: FarEnd): Promise<Socket> => {
  const { socket } = await SocksClient.createConnection({
    command: "connect",
    destination: { ...end },
    proxy: { host, port, type: 5, ...(credentials !== undefined && { userId: credentials.username, password: credentials.password }) },
    timeout: LIMIT_MS,
  });
  return socket;
};
