import type { Readable } from "node:stream";
import {
  createHttp,
  type ClientCertificate,
  type Http,
  type HttpRequest,
  type HttpResponse,
  type HttpTrust,
  type Transcript,
} from "@kubera-e2e/http";
import type { Way } from "@kubera-e2e/http/access";
import type { Clock } from "@kubera-e2e/schema/clock";
import type { Fence } from "@kubera-e2e/schema/fence";
import type { Redactor } from "@kubera-e2e/schema/redactor";
import { isKuberaError } from "@kubera-e2e/schema/kubera-error";
import { clientCertificateExpired } from "./client-certificate.ts";
import { Credentials, type Proof } from "./credentials.ts";
import type { KubeAccess } from "./kubeconfig.ts";
import { kubeRefused, statusOf } from "./refusal.ts";

export interface TransportOptions {
  readonly cluster: string;
  readonly access: KubeAccess;
  /** Takes the place of the CA of the kubeconfig. */
  readonly trust?: HttpTrust | undefined;
  readonly way?: Way;
  readonly redactor: Redactor;
  readonly clock: Clock;
  readonly transcript?: Transcript | undefined;
  readonly fence?: Fence | undefined;
}

const UNAUTHORIZED = 401;

const textOf = async (stream: Readable): Promise<string> => {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString("utf8");
};

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
};

/** Calls of one API server: signed, verified, and refused with the server's own words. */
export class Transport {
  readonly #options: TransportOptions;
  readonly #credentials: Credentials;
  #http: { readonly http: Http; readonly keyPem: string | undefined } | undefined;

  constructor(options: TransportOptions) {
    this.#options = options;
    this.#credentials = new Credentials(options.access.credentials, options.redactor);
  }

  async json(request: HttpRequest): Promise<unknown> {
    const answer = await this.#ask(request, (http, signed) => http.request(signed));
    if (answer.status >= 300) throw this.#refused(request, answer);
    return answer.body;
  }

  async text(request: HttpRequest): Promise<string> {
    const answer = await this.#ask(request, (http, signed) => http.request({ ...signed, responseType: "text" }));
    if (answer.status >= 300) throw this.#refused(request, { ...answer, body: parsed(answer.body) });
    return answer.body;
  }

  async stream(request: HttpRequest): Promise<Readable> {
    const answer = await this.#ask(request, (http, signed) => http.request({ ...signed, responseType: "stream" }));
    if (answer.status >= 300) throw this.#refused(request, { ...answer, body: parsed(await textOf(answer.body)) });
    return answer.body;
  }

  /** Messages of a WebSocket as they come, each one chunk. */
  async messages(request: HttpRequest, protocols: readonly string[]): Promise<Readable> {
    const answer = await this.#ask(request, (http, signed) => http.upgrade(signed, protocols));
    if (answer.messages === undefined) throw this.#refused(request, { ...answer, body: parsed(answer.body) });
    return answer.messages;
  }

  /** Aborts when nothing may be changed any more. */
  get fenced(): AbortSignal | undefined {
    return this.#options.fence?.signal;
  }

  /** The text as it may be shown. */
  redacted(text: string): string {
    return this.#options.redactor.text(text);
  }

  close(): void {
    this.#http?.http.close();
    this.#http = undefined;
  }

  async #ask<T extends { readonly status: number }>(
    request: HttpRequest,
    send: (http: Http, signed: HttpRequest) => Promise<T>,
  ): Promise<T> {
    const proof = await this.#credentials.proof();
    try {
      const answer = await send(this.#client(proof), { ...request, headers: { ...proof.headers, ...request.headers } });
      if (answer.status === UNAUTHORIZED) this.#blameCertificate(proof, "the API server answered 401 Unauthorized");
      return answer;
    } catch (error) {
      if (isKuberaError(error) && error.code === "CONNECTION_LOST") this.#blameCertificate(proof, `the API server ended the connection`);
      throw error;
    }
  }

  /** Servers do not say that a client's certificate has expired; it can be read here. */
  #blameCertificate({ certificate }: Proof, told: string): void {
    const { cluster, clock } = this.#options;
    const expired = certificate && clientCertificateExpired(certificate.certPem, { cluster, told, nowMs: clock.now() });
    if (expired !== undefined) throw expired;
  }

  #client({ certificate }: Proof): Http {
    if (this.#http !== undefined && this.#http.keyPem === certificate?.keyPem) return this.#http.http;
    const http = this.#open(certificate);
    this.#http = { http, keyPem: certificate?.keyPem };
    return http;
  }

  #open(certificate: ClientCertificate | undefined): Http {
    const { access, trust, way, redactor, transcript, fence } = this.#options;
    return createHttp({
      baseUrl: access.server,
      trust: trust ?? (access.ca === undefined ? undefined : { ca: access.ca }),
      access: way,
      redactor,
      transcript,
      fence,
      clientCertificate: certificate,
    });
  }

  #refused({ method, path }: HttpRequest, { status, body }: Pick<HttpResponse, "status" | "body">): Error {
    const { redactor, cluster } = this.#options;
    const told = statusOf(status, body);
    return kubeRefused({ cluster, method, path: redactor.text(path) }, { ...told, message: redactor.text(told.message) });
  }
}
