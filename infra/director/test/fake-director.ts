import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { Redactor } from "@kubera-e2e/schema/redactor";
import { afterEach } from "vitest";
import { connectDirector, type DirectorClient } from "../src/index.ts";

interface Seen {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
}

export type Reply = { readonly status?: number; readonly type?: string; readonly body?: unknown };

const cleanups: (() => void)[] = [];
afterEach(() => {
  for (const clean of cleanups.splice(0)) clean();
});

/** A server that answers as told, and keeps what it was asked; it ends with the test. */
export class FakeDirector {
  readonly seen: Seen[] = [];
  readonly redactor = new Redactor();
  readonly routes: Record<string, Reply | (() => Reply)>;
  readonly #server = createServer((request, response) => {
    void this.#read(request).then((call) => {
      this.seen.push(call);
      const route = this.routes[`${call.method} ${call.url}`] ?? {
        status: 404,
        body: { type: "error", status: 404, message: "no such route" },
      };
      const { status = 200, type = "application/json", body } = typeof route === "function" ? route() : route;
      response.writeHead(status, { "content-type": type }).end(typeof body === "string" ? body : JSON.stringify(body));
    });
  });

  constructor(routes: FakeDirector["routes"]) {
    this.routes = routes;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  get last(): Seen | undefined {
    return this.seen.at(-1);
  }

  async start(): Promise<DirectorClient> {
    this.#server.listen(0, "127.0.0.1");
    await once(this.#server, "listening");
    const client = connectDirector({ url: this.url, redactor: this.redactor });
    cleanups.push(() => {
      client.close();
      this.#server.closeAllConnections();
      this.#server.close();
    });
    return client;
  }

  async #read(request: IncomingMessage): Promise<Seen> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    return { method: request.method ?? "", url: request.url ?? "", headers: request.headers, body: Buffer.concat(chunks).toString() };
  }
}

export const SESSION: Reply = { status: 201, body: { jwt: "the-session-jwt", accountId: "1a7" } };
export const data = (...items: unknown[]): Reply => ({ body: { type: "collection", data: items } });
