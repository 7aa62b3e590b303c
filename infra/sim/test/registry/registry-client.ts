import { request, type RequestOptions } from "node:https";
import type { IncomingHttpHeaders } from "node:http";

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

export interface Ask extends Pick<RequestOptions, "method" | "headers"> {
  readonly body?: Buffer | string;
}

/** A bare HTTPS call that trusts one CA, so that the tests see the protocol and no client's habits. */
export const ask = (url: string, ca: string, options: Ask = {}): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const call = request(url, { ca, method: options.method ?? "GET", headers: options.headers, agent: false }, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("end", () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks) }));
    });
    call.on("error", reject);
    call.end(options.body);
  });
