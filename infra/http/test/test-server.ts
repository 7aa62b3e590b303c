import { createServer as createHttpServer, type IncomingMessage, type RequestListener } from "node:http";
import { createServer as createHttpsServer, type ServerOptions } from "node:https";
import type { AddressInfo, Server, Socket } from "node:net";

/** A server of a test on a free port of loopback. */
export interface TestServer extends AsyncDisposable {
  readonly port: number;
  readonly url: string;
}

export const listen = async (server: Server, scheme: string): Promise<TestServer> => {
  const sockets = new Set<Socket>();
  server.on("connection", (socket) => sockets.add(socket));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    port,
    url: `${scheme}://127.0.0.1:${port}`,
    [Symbol.asyncDispose]: async () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
};

export const serve = (listener: RequestListener): Promise<TestServer> => listen(createHttpServer(listener), "http");

export const serveTls = (options: ServerOptions, listener: RequestListener): Promise<TestServer> =>
  listen(createHttpsServer(options, listener), "https");

export const bodyOf = async (request: IncomingMessage): Promise<string> => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
};

/** Answers every request with what it was, as JSON. */
export const echo: RequestListener = (request, response) => {
  void bodyOf(request).then((body) => {
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify({ method: request.method, url: request.url, headers: request.headers, body }));
  });
};

/** The error a promise is rejected with. */
export const errorOf = async (work: Promise<unknown>): Promise<unknown> => {
  try {
    await work;
  } catch (error) {
    return error;
  }
  throw new TypeError("it was not rejected");
};
