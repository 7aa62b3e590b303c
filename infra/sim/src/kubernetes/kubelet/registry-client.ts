import { Agent, request } from "node:https";
import type { IncomingHttpHeaders } from "node:http";
import { createSecureContext, type SecureContext } from "node:tls";
import { z } from "zod";
import { SIZE_ANNOTATION } from "../../registry/media-types.ts";
import { THROTTLE_HEADER } from "../../registry/registry-server.ts";
import { parseImage, type ImageReference } from "./image-reference.ts";
import { failedPull, PullError, refusedPull } from "./pull-error.ts";

/** What a node learns of an image when it pulls it. */
export interface PulledImage {
  readonly digest: string;
  readonly sizeBytes: number;
  /** Bytes a second that the registry allows; undefined when it does not limit. */
  readonly throttleBytesPerSecond: number | undefined;
}

export interface Credentials {
  readonly username: string;
  readonly password: string;
}

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

const ACCEPT = [
  "application/vnd.oci.image.index.v1+json",
  "application/vnd.oci.image.manifest.v1+json",
  "application/vnd.docker.distribution.manifest.list.v2+json",
  "application/vnd.docker.distribution.manifest.v2+json",
].join(", ");

const descriptor = z.object({ digest: z.string(), size: z.number().default(0) });

const manifestSchema = z.object({
  config: descriptor.optional(),
  layers: z.array(descriptor).default([]),
  manifests: z.array(descriptor.extend({ platform: z.object({ architecture: z.string(), os: z.string() }).optional() })).default([]),
  annotations: z.record(z.string(), z.string()).default({}),
});

type ParsedManifest = z.infer<typeof manifestSchema>;

/** By CA: reading one costs more than the rest of a connection, and all nodes of a process trust the same. */
const contexts = new Map<string, SecureContext>();

const contextOf = (ca: string): SecureContext => {
  const context = contexts.get(ca) ?? createSecureContext({ ca });
  contexts.set(ca, context);
  return context;
};

/** Pulls images over HTTPS as containerd does, trusting one CA, with connections kept for the next pull. */
export class RegistryClient {
  readonly #agent: Agent;

  constructor(caPem: string) {
    this.#agent = new Agent({ secureContext: contextOf(caPem), keepAlive: true, maxSockets: 4, timeout: 30_000 });
  }

  close(): void {
    this.#agent.destroy();
  }

  /** Rejects with `PullError`. */
  async pull(image: string, credentials: Credentials | undefined, signal: AbortSignal): Promise<PulledImage> {
    const parsed = parseImage(image);
    if (parsed === undefined) throw new PullError(image, { because: `failed to parse reference "${image}": invalid reference format` });
    const call = new PullCall({ image, parsed, credentials, signal, agent: this.#agent });
    return call.run();
  }
}

interface CallParts {
  readonly image: string;
  readonly parsed: ImageReference;
  readonly credentials: Credentials | undefined;
  readonly signal: AbortSignal;
  readonly agent: Agent;
}

class PullCall {
  readonly #parts: CallParts;

  constructor(parts: CallParts) {
    this.#parts = parts;
  }

  async run(): Promise<PulledImage> {
    const { image, parsed } = this.#parts;
    const top = await this.#get("HEAD", `manifests/${parsed.reference}`);
    const digest = String(top.headers["docker-content-digest"] ?? "");
    const manifest = await this.#manifest(digest || parsed.reference);
    const platform = manifest.manifests.find((child) => child.platform?.architecture === "amd64" && child.platform.os === "linux");
    if (manifest.manifests.length > 0 && platform === undefined) {
      throw new PullError(image, { code: "NotFound", because: `no match for platform in manifest: not found` });
    }
    const own = platform === undefined ? manifest : await this.#manifest(platform.digest);
    const blobs = [...(own.config === undefined ? [] : [own.config]), ...own.layers];
    for (const blob of blobs) await this.#get("GET", `blobs/${blob.digest}`);
    const transferred = blobs.reduce((sum, blob) => sum + blob.size, 0);
    const declared = Number(own.annotations[SIZE_ANNOTATION] ?? transferred);
    const throttle = top.headers[THROTTLE_HEADER];
    return { digest, sizeBytes: declared, throttleBytesPerSecond: throttle === undefined ? undefined : Number(throttle) };
  }

  async #manifest(reference: string): Promise<ParsedManifest> {
    const answer = await this.#get("GET", `manifests/${reference}`);
    const parsed = manifestSchema.safeParse(JSON.parse(answer.body.toString("utf8")));
    if (parsed.success) return parsed.data;
    throw new PullError(this.#parts.image, { because: "failed to unmarshal manifest: unexpected content" });
  }

  async #get(method: "GET" | "HEAD", path: string): Promise<Answer> {
    const { image, parsed } = this.#parts;
    const url = `https://${parsed.host}/v2/${parsed.repository}/${path}`;
    const answer = await this.#ask(method, url).catch((error: unknown) => {
      throw failedPull(image, url, error);
    });
    if (answer.status !== 200) throw refusedPull(image, url, answer.status);
    return answer;
  }

  #ask(method: string, url: string): Promise<Answer> {
    const { credentials, agent, signal } = this.#parts;
    const basic = credentials === undefined ? undefined : Buffer.from(`${credentials.username}:${credentials.password}`).toString("base64");
    const headers = { accept: ACCEPT, ...(basic === undefined ? {} : { authorization: `Basic ${basic}` }) };
    return new Promise((resolve, reject) => {
      const call = request(url, { method, headers, agent, signal }, (response) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => chunks.push(chunk));
        response.on("error", reject);
        response.on("end", () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks) }));
      });
      call.on("error", reject);
      call.end();
    });
  }
}
