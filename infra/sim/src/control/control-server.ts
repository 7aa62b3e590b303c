import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { timingSafeEqual } from "node:crypto";
import type { AddressInfo } from "node:net";
import { toWire } from "@kubera-e2e/schema/error-wire";
import { isKuberaError } from "@kubera-e2e/schema/kubera-error";
import type { ActiveFaults } from "../faults/active-faults.ts";
import { findFault, type Fault } from "../faults/fault.ts";

export interface ControlOptions {
  readonly token: string;
  readonly faults: ReadonlyMap<string, Fault>;
  readonly active: ActiveFaults;
  /** Anything worth knowing about the state: machines, power, disks, unhandled calls. */
  readonly status: () => unknown;
}

interface Answer {
  readonly status: number;
  readonly body: unknown;
}

const isAllowed = (request: IncomingMessage, token: string): boolean => {
  const given = Buffer.from(request.headers.authorization ?? "");
  const wanted = Buffer.from(`Bearer ${token}`);
  return given.length === wanted.length && timingSafeEqual(given, wanted);
};

const changeFault = (request: IncomingMessage, id: string, options: ControlOptions): Answer => {
  const fault = findFault(options.faults, id);
  if (request.method === "PUT") {
    options.active.fire(fault);
    return { status: 200, body: fault };
  }
  if (request.method === "DELETE") return { status: 200, body: { cleared: options.active.clear(fault.id) } };
  return { status: 405, body: { message: "PUT fires a fault, DELETE clears it" } };
};

const answer = (request: IncomingMessage, options: ControlOptions): Answer => {
  if (!isAllowed(request, options.token)) return { status: 401, body: { message: "the bearer token is missing or wrong" } };
  const [, room, id] = (request.url ?? "/").split("/");
  if (room === "status" && request.method === "GET") return { status: 200, body: options.status() };
  if (room !== "faults") return { status: 404, body: { message: "known here: /status, /faults, /faults/<id>" } };
  if (id === undefined || (id === "" && request.method === "GET"))
    return { status: 200, body: { known: [...options.faults.values()], active: options.active.list() } };
  return changeFault(request, decodeURIComponent(id), options);
};

const reply = (response: ServerResponse, { status, body }: Answer): void => {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
};

/** The door for whoever runs the simulated data centre: its state and its faults, on loopback and behind a token. */
export const startControl = async (options: ControlOptions): Promise<{ readonly url: string; close(): Promise<void> }> => {
  const server = createServer((request, response) => {
    try {
      reply(response, answer(request, options));
    } catch (error) {
      reply(response, {
        status: isKuberaError(error) ? 404 : 500,
        body: { message: error instanceof Error ? error.message : String(error), error: toWire(error) },
      });
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const close = async (): Promise<void> => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  return { url: `http://127.0.0.1:${port}`, close };
};
