import { createServer, request, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { SIMULATED_HEADER } from "@kubera-e2e/schema/target";

/** A door in front of a Director: it passes everything on, and can be told to spoil it. */
export interface DirectorDoor {
  readonly url: string;
  /** Whether the answers' mark of a simulation is taken off, as a real Director has none. */
  hidesSimulation: boolean;
  /** Calls that are answered with 500; "POST /v3/apikey". */
  readonly refuses: Set<string>;
  close(): Promise<void>;
}

const passOn = (message: IncomingMessage, response: ServerResponse, { target, hides }: { target: string; hides: boolean }): void => {
  const { method, url = "/", headers } = message;
  const call = request(new URL(url, target), { method, headers }, (answer) => {
    const { [SIMULATED_HEADER]: mark, ...others } = answer.headers;
    response.writeHead(answer.statusCode ?? 502, { ...others, ...(!hides && mark !== undefined && { [SIMULATED_HEADER]: mark }) });
    answer.pipe(response);
  });
  call.once("error", () => response.destroy());
  message.pipe(call);
};

export const startDirectorDoor = async (target: string): Promise<DirectorDoor> => {
  const refuses = new Set<string>();
  const server = createServer((message, response) => {
    const call = `${message.method ?? ""} ${(message.url ?? "").split("?")[0] ?? ""}`;
    if (refuses.has(call)) response.writeHead(500, { "content-type": "application/json" }).end('{"message":"spoilt on purpose"}');
    else passOn(message, response, { target, hides: door.hidesSimulation });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const door: DirectorDoor = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    hidesSimulation: false,
    refuses,
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => {
        server.close(() => resolve());
      });
    },
  };
  return door;
};
