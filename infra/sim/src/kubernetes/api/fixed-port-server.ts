import { ServerResponse, type IncomingMessage } from "node:http";
import { createServer, type Server, type ServerOptions } from "node:https";
import type { Socket } from "node:net";
import type { Received } from "./request-handler.ts";

const ADDRESS = "127.0.0.1";
/** Below the range from which the kernel gives ports to others, so that the port is still ours after a reboot. */
const PORTS = { first: 20_000, count: 12_000 } as const;
const ATTEMPTS = 50;

const listen = (server: Server, port: number): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, ADDRESS, () => {
      server.removeListener("error", reject);
      resolve();
    });
  });

const isTaken = (error: unknown): boolean => (error as NodeJS.ErrnoException).code === "EADDRINUSE";

/** What a request began with, without its wish for another protocol. */
const plainHead = ({ method = "", url = "", httpVersion, rawHeaders }: IncomingMessage): Buffer => {
  const lines = [`${method} ${url} HTTP/${httpVersion}`];
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at] ?? "";
    if (name.toLowerCase() !== "upgrade") lines.push(`${name}: ${rawHeaders[at + 1] ?? ""}`);
  }
  return Buffer.from(`${lines.join("\r\n")}\r\n\r\n`, "latin1");
};

interface Serving {
  readonly handler: (received: Received) => void;
  /** Whether a path can be asked for with another protocol; where it cannot, the wish for one is passed over. */
  readonly mayUpgrade: (path: string) => boolean;
}

/** An HTTPS server on a port of its own that can be shut, as by a power failure, and opened again. */
export class FixedPortServer {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #port: number | undefined;

  constructor(options: ServerOptions, { handler, mayUpgrade }: Serving) {
    this.#server = createServer({ ...options, keepAliveTimeout: 120_000 }, (request, response) => handler({ request, response }));
    this.#server.on("upgrade", (request, socket: Socket, head: Buffer) => {
      if (!mayUpgrade(request.url ?? "")) {
        // Node has stopped before the body, and reads it when the connection begins anew.
        socket.unshift(Buffer.concat([plainHead(request), head]));
        this.#server.emit("secureConnection", socket);
        return;
      }
      const response = new ServerResponse(request);
      response.shouldKeepAlive = false;
      response.assignSocket(socket);
      response.once("finish", () => socket.end());
      socket.on("error", () => socket.destroy());
      handler({ request, response, upgrade: { socket, head } });
    });
    this.#server.on("connection", (socket: Socket) => {
      this.#sockets.add(socket);
      socket.once("close", () => this.#sockets.delete(socket));
    });
  }

  get port(): number {
    return this.#port ?? 0;
  }

  /** Serves another certificate to every connection from now on. */
  renew(options: ServerOptions): void {
    this.#server.setSecureContext(options);
    this.#server.closeIdleConnections();
  }

  /** Chooses the port, without keeping it open. */
  async reserve(): Promise<void> {
    await this.open();
    await this.shut();
  }

  async open(): Promise<void> {
    if (this.#server.listening) return;
    if (this.#port !== undefined) {
      await listen(this.#server, this.#port);
      return;
    }
    for (let attempt = 0; this.#port === undefined; attempt += 1) {
      const port = PORTS.first + Math.floor(Math.random() * PORTS.count);
      try {
        await listen(this.#server, port);
        this.#port = port;
      } catch (error) {
        if (!isTaken(error) || attempt >= ATTEMPTS) throw error;
      }
    }
  }

  /** Refuses connections from now on and cuts those that are open. */
  async shut(): Promise<void> {
    if (!this.#server.listening) return;
    const closed = new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
    });
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }
}
