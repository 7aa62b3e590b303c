import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { SIMULATED_HEADER } from "@kubera-e2e/schema/target";
import type { Reply } from "./http/router.ts";
import type { Wiring } from "./wiring.ts";

/** The ingress of Director on its fixed loopback port. */
export interface DirectorFrontend {
  readonly url: string;
  readonly port: number;
  close(): Promise<void>;
}

const REASONS: Readonly<Record<number, string>> = { 502: "Bad Gateway", 503: "Service Temporarily Unavailable" };

const nginxPage = (status: 502 | 503): Reply => {
  const title = `${status} ${REASONS[status] ?? ""}`;
  const body = `<html>\r\n<head><title>${title}</title></head>\r\n<body>\r\n<center><h1>${title}</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n`;
  return { status, body, contentType: "text/html" };
};

const send = (response: ServerResponse, { status, body, contentType, headers }: Reply, isHead: boolean): void => {
  const text = contentType === undefined ? JSON.stringify(body) : String(body);
  const payload = Buffer.from(text, "utf8");
  response.writeHead(status, {
    "content-type": contentType ?? "application/json; charset=utf-8",
    "content-length": payload.length,
    [SIMULATED_HEADER]: "simulated",
    ...headers,
  });
  response.end(isHead ? undefined : payload);
};

const answer = async (wiring: Wiring, message: IncomingMessage): Promise<Reply | undefined> => {
  const cluster = wiring.ingressCluster();
  if (cluster === undefined) return undefined;
  const server = wiring.serverOf(cluster);
  if (server === undefined) return nginxPage(503);
  return server.phase === "closed" ? nginxPage(502) : server.handle(message);
};

const serve = async (wiring: Wiring, message: IncomingMessage, response: ServerResponse): Promise<void> => {
  const reply = await answer(wiring, message);
  // A reset, as a closed host port gives; before the first byte some clients would take it for an idle close and come back for ever.
  if (reply === undefined) message.socket.resetAndDestroy();
  else send(response, reply, message.method === "HEAD");
};

/**
 * Listens on 127.0.0.1. While no ingress pod is Ready every connection is reset with its first request; while no server is behind it,
 * nginx's own 502 or 503 page is answered.
 */
export const startIngress = async (wiring: Wiring, port = 0): Promise<DirectorFrontend> => {
  const server = createServer((message, response) => {
    serve(wiring, message, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", resolve);
  });
  const bound = (server.address() as AddressInfo).port;
  const url = `http://127.0.0.1:${bound}`;
  wiring.url = url;
  const close = (): Promise<void> => {
    wiring.url = undefined;
    return new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  };
  return { url, port: bound, close };
};
