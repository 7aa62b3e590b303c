import type { Agent, ClientRequest, IncomingMessage } from "node:http";
import type { Readable } from "node:stream";
import { WebSocket, createWebSocketStream } from "ws";
import type { HeaderFields } from "./exchange.ts";

/** What a server answered to the wish for a WebSocket. */
export interface Upgraded {
  /** 101 when it is open. */
  readonly status: number;
  readonly headers: HeaderFields;
  /** Each message is one chunk; it ends with the connection, however that ends. Undefined after a refusal. */
  readonly messages: Readable | undefined;
  /** Of a refusal; else empty. */
  readonly body: string;
}

export interface WebSocketWish {
  readonly url: string;
  /** The one that is liked best first. */
  readonly protocols: readonly string[];
  readonly headers: Readonly<Record<string, string>>;
  readonly agent: Agent;
  /** Ends the handshake, and the connection after it. */
  readonly signal: AbortSignal;
}

const textOf = async (answer: IncomingMessage): Promise<string> => {
  let text = "";
  for await (const chunk of answer.setEncoding("utf8") as AsyncIterable<string>) text += chunk;
  return text;
};

/** What was refused must leave no connection behind for the next one to use. */
const sendOnce = (request: ClientRequest): void => {
  request.end();
  // Before that Node would take the header Connection, whatever its value, for a wish to keep it.
  request.shouldKeepAlive = false;
};

const opened = (socket: WebSocket, signal: AbortSignal): Readable => {
  const messages = createWebSocketStream(socket, { readableObjectMode: true });
  const end = (): void => {
    socket.terminate();
    messages.destroy(signal.reason instanceof Error ? signal.reason : undefined);
  };
  signal.addEventListener("abort", end, { once: true });
  // The library leaves a stream open that was read to its end, and with it all that waits for its close.
  messages.once("end", () => messages.destroy());
  messages.once("close", () => signal.removeEventListener("abort", end));
  // Told to whoever reads; with no reader left it is nobody's.
  messages.on("error", () => {});
  return messages;
};

/** Asks for a WebSocket. Errors: those of the connection, as Node gives them, and `ERR_WEBSOCKET_HANDSHAKE`. */
export const openWebSocket = ({ url, protocols, headers, agent, signal }: WebSocketWish): Promise<Upgraded> =>
  new Promise((resolve, reject) => {
    // A hop looks for the scheme, which the library leaves out.
    const hop = { secureEndpoint: url.startsWith("https:") };
    const socket = new WebSocket(url, [...protocols], { ...hop, agent, headers, perMessageDeflate: false, finishRequest: sendOnce });
    const giveUp = (): void => socket.terminate();
    signal.addEventListener("abort", giveUp, { once: true });
    const settled = (): void => signal.removeEventListener("abort", giveUp);
    let agreed: HeaderFields | undefined;
    socket.once("upgrade", (answer) => (agreed = answer.headers));
    socket.once("open", () => {
      settled();
      resolve({ status: 101, headers: agreed ?? {}, messages: opened(socket, signal), body: "" });
    });
    socket.once("unexpected-response", (_request, answer) => {
      const { statusCode: status = 0, headers: refused } = answer;
      textOf(answer)
        .finally(settled)
        .then((body) => resolve({ status, headers: refused, messages: undefined, body }), reject);
    });
    socket.on("error", (error) => {
      settled();
      // The library names what is wrong with a handshake in words of its own, which quote nothing.
      reject(agreed === undefined ? error : Object.assign(error, { code: "ERR_WEBSOCKET_HANDSHAKE" }));
    });
  });
