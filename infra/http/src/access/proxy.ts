import { request, type IncomingMessage } from "node:http";
import type { Socket } from "node:net";
import { KuberaError } from "@kubera-e2e/schema/kubera-error";
import type { Redactor } from "@kubera-e2e/schema/redactor";
import { farEndOf, told, type Access, type FarEnd } from "./access.ts";
import { socksConnect } from "./socks-connect.ts";

export interface ProxyCall {
  /** `http://host:port` or `socks5://host:port`. */
  readonly url: string;
  readonly credentials?: { readonly username: string; readonly password: string } | undefined;
  /** A proxy's own words may repeat what it was told. */
  readonly redactor: Redactor;
}

const CONNECT_LIMIT_MS = 30_000;

const basic = ({ credentials }: ProxyCall): Record<string, string> =>
  credentials === undefined
    ? {}
    : { "proxy-authorization": `Basic ${Buffer.from(`${credentials.username}:${credentials.password}`).toString("base64")}` };

class Answered extends Error {
  readonly status: number;

  constructor({ statusCode = 0, statusMessage = "" }: IncomingMessage) {
    super(`it answered ${statusCode}${statusMessage === "" ? "" : ` ${statusMessage}`} to CONNECT`);
    this.status = statusCode;
  }
}

const connectByHttp = (call: ProxyCall, end: FarEnd): Promise<Socket> =>
  new Promise((resolve, reject) => {
    const { host, port } = farEndOf(new URL(call.url));
    const asked = request({ host, port, method: "CONNECT", path: told(end), agent: false, headers: { host: told(end), ...basic(call) } });
    asked.setTimeout(CONNECT_LIMIT_MS, () => asked.destroy(new Error(`no answer to CONNECT within ${CONNECT_LIMIT_MS / 1000} s`)));
    asked.once("connect", (answer: IncomingMessage, socket: Socket, head: Buffer) => {
      socket.setTimeout(0);
      if (answer.statusCode === 200) {
        if (head.length > 0) socket.unshift(head);
        resolve(socket);
        return;
      }
      socket.destroy();
      reject(new Answered(answer));
    });
    // A server that does not know CONNECT may answer it like any other request.
    asked.once("response", (answer) => {
      asked.destroy();
      reject(new Answered(answer));
    });
    asked.once("error", reject);
    asked.end();
  });

const codeOf = (error: unknown): "PROXY_LOGIN_REFUSED" | "PROXY_REFUSED" | "PROXY_UNREACHABLE" => {
  const text = error instanceof Error ? error.message : "";
  if ((error instanceof Answered && error.status === 407) || /authentication/i.test(text)) return "PROXY_LOGIN_REFUSED";
  return error instanceof Answered || /rejected connection/i.test(text) ? "PROXY_REFUSED" : "PROXY_UNREACHABLE";
};

const FIXES = {
  PROXY_LOGIN_REFUSED: () => "Name a secret with its user and password as access.credentials, or correct the one that is named.",
  PROXY_REFUSED: (end: FarEnd) => `Let its owner allow ${told(end)}, or correct the address: names are resolved on the far side.`,
  PROXY_UNREACHABLE: () => "Correct access.url in the bed's file, or start the proxy.",
};

const WHATS = {
  PROXY_LOGIN_REFUSED: (hop: string) => `${hop} wants other credentials`,
  PROXY_REFUSED: (hop: string, end: FarEnd) => `${hop} refused the way to ${told(end)}`,
  PROXY_UNREACHABLE: (hop: string) => `${hop} does not answer as one`,
};

/** A proxy of the bed, asked by CONNECT or SOCKS5. */
export class Proxy implements Access {
  readonly hop: string;
  readonly #call: ProxyCall;

  constructor(call: ProxyCall) {
    this.#call = call;
    this.hop = `the proxy ${new URL(call.url).host}`;
  }

  async connect(end: FarEnd): Promise<Socket> {
    try {
      return await this.#open(end);
    } catch (error) {
      const code = codeOf(error);
      throw new KuberaError(code, {
        what: WHATS[code](this.hop, end),
        where: `${this.#call.url.replace(/\/$/, "")}, on the way to ${told(end)}`,
        because: this.#call.redactor.text(
          error instanceof Error ? error.message || String((error as { code?: string }).code) : String(error),
        ),
        fix: FIXES[code](end),
      });
    }
  }

  /** A proxy refuses before it hands out a connection, so there is nothing to tell later. */
  async explain(): Promise<undefined> {}

  async proxyUrl(): Promise<string> {
    const { url, credentials } = this.#call;
    if (credentials === undefined) return url.replace(/\/$/, "");
    const { username, password } = credentials;
    const { protocol, host } = new URL(url);
    return `${protocol}//${encodeURIComponent(username)}:${encodeURIComponent(password)}@${host}`;
  }

  async close(): Promise<void> {}

  #open(end: FarEnd): Promise<Socket> {
    if (this.#call.url.startsWith("http:")) return connectByHttp(this.#call, end);
    const url = new URL(this.#call.url);
    const server = { ...farEndOf(url), port: Number(url.port || SOCKS_PORT) };
    return socksConnect({ ...server, credentials: this.#call.credentials }, end);
  }
}

const SOCKS_PORT = 1080;
