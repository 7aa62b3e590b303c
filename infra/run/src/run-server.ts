import { randomBytes, timingSafeEqual } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { systemClock } from "@kubera-e2e/schema/clock";
import { toWire } from "@kubera-e2e/schema/error-wire";
import { z } from "zod";
import type { BedDesk } from "./bed-desk.ts";
import { joinRequestSchema, leaveRequestSchema } from "./wire.ts";

const BODY_LIMIT = 65_536;
/** A worker that hangs in the middle of its request is not waited for at the end of a run. */
const LAST_WORD_MS = 1000;

const windowSchema = z.object({ from: z.iso.datetime(), to: z.iso.datetime().optional() });

const readBody = async (request: IncomingMessage): Promise<unknown> => {
  let text = "";
  for await (const chunk of request.setEncoding("utf8")) {
    text += String(chunk);
    if (text.length > BODY_LIMIT) throw new z.ZodError([]);
  }
  return JSON.parse(text);
};

const answer = (response: ServerResponse, status: number, body: unknown): void => {
  if (response.destroyed) return;
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
};

/** A signal that aborts when the worker behind a request is gone. */
const whileConnected = (response: ServerResponse): AbortSignal => {
  const gone = new AbortController();
  response.once("close", () => {
    if (!response.writableEnded) gone.abort(new Error("the worker is gone"));
  });
  return gone.signal;
};

/**
 * Where workers ask for the bed: loopback HTTP with a token, one JSON object each way. The answer to a join stays open until the slot is left:
 * its end without a leave is how the end of a worker is known, however it died.
 */
export class RunDoor {
  readonly #joined = new Map<number, ServerResponse>();
  readonly #serving = new Set<Promise<void>>();
  readonly token = randomBytes(24).toString("base64url");
  readonly #desk: BedDesk;
  readonly #server: Server;

  constructor(desk: BedDesk) {
    this.#desk = desk;
    this.#server = createServer((request, response) => {
      const serving = this.#serve(request, response).finally(() => this.#serving.delete(serving));
      this.#serving.add(serving);
    });
    // Workers keep their connections; one that is closed while it is used again would look like the end of the run.
    this.#server.keepAliveTimeout = 0;
  }

  async listen(): Promise<string> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once("error", reject);
      this.#server.listen(0, "127.0.0.1", resolve);
    });
    const { port } = this.#server.address() as AddressInfo;
    return `http://127.0.0.1:${port}`;
  }

  /** Whoever waits must have been told already, by the desk's end. */
  async close(): Promise<void> {
    const told = new AbortController();
    await Promise.race([Promise.all(this.#serving), systemClock.sleep(LAST_WORD_MS, told.signal).catch(() => {})]);
    told.abort();
    const closed = new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
    });
    this.#server.closeAllConnections();
    await closed;
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (!this.#knows(request)) {
      answer(response, 401, { message: "the token of this run is missing or wrong" });
      return;
    }
    try {
      await this.#route(request, response);
    } catch (error) {
      // A malformed request is a defect of ours; its text names no secret.
      const isMalformed = error instanceof z.ZodError || error instanceof SyntaxError;
      answer(response, isMalformed ? 400 : 500, isMalformed ? { message: error.message } : { error: toWire(error) });
    }
  }

  #knows(request: IncomingMessage): boolean {
    const given = Buffer.from(request.headers.authorization ?? "");
    const wanted = Buffer.from(`Bearer ${this.token}`);
    return given.length === wanted.length && timingSafeEqual(given, wanted);
  }

  async #route(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? "/", "http://run");
    switch (`${request.method ?? ""} ${url.pathname}`) {
      case "POST /join":
        return this.#join(request, response);
      case "POST /leave": {
        const { slot, dirty, failed } = leaveRequestSchema.parse(await readBody(request));
        if (failed) this.#desk.noteFailure(slot);
        this.#desk.leave(slot, dirty);
        this.#joined.get(slot)?.end();
        this.#joined.delete(slot);
        return answer(response, 200, {});
      }
      case "GET /events": {
        const { from, to } = windowSchema.parse(Object.fromEntries(url.searchParams));
        return answer(response, 200, this.#desk.events(new Date(from), to === undefined ? new Date() : new Date(to)));
      }
      default:
        return answer(response, 404, { message: `nothing answers ${request.method ?? ""} ${url.pathname} here` });
    }
  }

  async #join(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const wanted = joinRequestSchema.parse(await readBody(request));
    const signal = whileConnected(response);
    try {
      const joined = await this.#desk.join(wanted, signal);
      this.#joined.set(wanted.slot, response);
      response.once("close", () => this.#desk.vanish(wanted));
      if (response.destroyed) this.#desk.vanish(wanted);
      else response.writeHead(200, { "content-type": "application/json" }).write(`${JSON.stringify({ joined })}\n`);
    } catch (error) {
      answer(response, 200, { error: toWire(error) });
    }
  }
}
