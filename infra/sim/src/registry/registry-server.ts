import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import type { Authority, Validity } from "../certificates/authority.ts";
import { CATALOGUE, type Catalogue } from "./catalogue.ts";
import { ContentStore } from "./content-store.ts";
import { errorBody, RegistryError } from "./registry-error.ts";
import { answer } from "./routes.ts";
import { Uploads } from "./uploads.ts";

/** How the registry behaves now; faults change it while it runs. */
export interface RegistryBehaviour {
  /** Bytes a second that every pull gets at most; undefined: as fast as the node's own network. */
  throttleBytesPerSecond?: number | undefined;
  /** Who may enter; undefined: everybody. */
  credentials?: { readonly username: string; readonly password: string } | undefined;
  /** Answers everything with 429 while true. */
  refusesForRate?: boolean | undefined;
}

export interface RegistryOptions {
  /** Issues the server's certificate. */
  readonly authority: Pick<Authority, "issueServer">;
  readonly catalogue?: Catalogue;
  readonly port?: number;
  readonly behaviour?: RegistryBehaviour;
  /** Gets a line for each request that the registry does not know. */
  readonly log?: (line: string) => void;
}

export interface RunningRegistry {
  /** `127.0.0.1:<port>`, the prefix of image references. */
  readonly host: string;
  readonly url: string;
  readonly behaviour: RegistryBehaviour;
  /** Serves a new certificate from now on; with dates in the past an expired one. */
  renewCertificate(validity?: Validity): Promise<void>;
  close(): Promise<void>;
}

/** Header by which nodes learn the speed of their pull, since the blobs themselves are tiny. */
export const THROTTLE_HEADER = "sim-throttle-bytes-per-second";

const BODY_LIMIT_BYTES = 512 * 1024 * 1024;

const readBody = async (request: IncomingMessage): Promise<Buffer> => {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > BODY_LIMIT_BYTES) throw new RegistryError("BLOB_UPLOAD_INVALID", { limit: BODY_LIMIT_BYTES });
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
};

const admit = (request: IncomingMessage, behaviour: RegistryBehaviour): void => {
  if (behaviour.refusesForRate === true) throw new RegistryError("TOOMANYREQUESTS", undefined, { "retry-after": "60" });
  if (behaviour.credentials === undefined) return;
  const { username, password } = behaviour.credentials;
  const expected = `Basic ${Buffer.from(`${username}:${password}`).toString("base64")}`;
  if (request.headers.authorization === expected) return;
  throw new RegistryError("UNAUTHORIZED", undefined, { "www-authenticate": 'Basic realm="simulated registry"' });
};

class RegistryServer {
  readonly behaviour: RegistryBehaviour;
  readonly #content: ContentStore;
  readonly #uploads = new Uploads();
  readonly #log: (line: string) => void;

  constructor(options: RegistryOptions) {
    this.behaviour = options.behaviour ?? {};
    this.#content = new ContentStore(options.catalogue ?? CATALOGUE);
    this.#log = options.log ?? (() => {});
  }

  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    response.setHeader("docker-distribution-api-version", "registry/2.0");
    const throttle = this.behaviour.throttleBytesPerSecond;
    if (throttle !== undefined) response.setHeader(THROTTLE_HEADER, String(throttle));
    try {
      const body = await readBody(request);
      admit(request, this.behaviour);
      const url = new URL(request.url ?? "/", "https://registry.invalid");
      answer({ request, response, url, content: this.#content, uploads: this.#uploads, body });
    } catch (error) {
      this.#refuse(request, response, error);
    }
  }

  #refuse(request: IncomingMessage, response: ServerResponse, error: unknown): void {
    if (response.headersSent) {
      response.destroy();
      return;
    }
    const refusal = error instanceof RegistryError ? error : new RegistryError("UNKNOWN", { reason: String(error) });
    if (refusal.code === "UNSUPPORTED" || refusal.code === "UNKNOWN") {
      this.#log(`registry: ${request.method ?? ""} ${request.url ?? ""}: ${refusal.code} ${JSON.stringify(refusal.detail ?? {})}`);
    }
    const body = errorBody(refusal);
    response.writeHead(refusal.status, {
      "content-type": "application/json",
      "content-length": String(Buffer.byteLength(body)),
      ...refusal.headers,
    });
    response.end(request.method === "HEAD" ? undefined : body);
  }
}

const listen = (server: Server, port: number): Promise<number> =>
  new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", () => resolve((server.address() as AddressInfo).port));
  });

const close = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });

/** Serves the catalogue and whatever is pushed over the OCI distribution protocol, on HTTPS at 127.0.0.1. */
export const startRegistry = async (options: RegistryOptions): Promise<RunningRegistry> => {
  const registry = new RegistryServer(options);
  const issued = await options.authority.issueServer();
  const server = createServer({ key: issued.keyPem, cert: issued.certPem }, (request, response) => {
    void registry.handle(request, response);
  });
  const port = await listen(server, options.port ?? 0);
  const host = `127.0.0.1:${port}`;
  const renewCertificate = async (validity?: Validity): Promise<void> => {
    const renewed = await options.authority.issueServer(validity);
    server.setSecureContext({ key: renewed.keyPem, cert: renewed.certPem });
    server.closeIdleConnections();
  };
  return { host, url: `https://${host}`, behaviour: registry.behaviour, renewCertificate, close: () => close(server) };
};
