import type { Http, HttpMethod, HttpResponse } from "@kubera-e2e/http";
import { KuberaError } from "@kubera-e2e/schema/kubera-error";
import type { Redactor } from "@kubera-e2e/schema/redactor";
import { challengeOf, type BearerTokens, type Challenge } from "./bearer.ts";
import { checkReference, checkRepository, parseImageName } from "./reference.ts";

/** What a registry tells of one manifest without sending it. */
export interface ManifestHead {
  readonly digest: string;
  readonly mediaType: string;
  /** Bytes of the manifest itself, not of the image. */
  readonly size: number;
}

export interface CallOptions {
  readonly signal?: AbortSignal | undefined;
}

const ACCEPTED = [
  "application/vnd.oci.image.index.v1+json",
  "application/vnd.oci.image.manifest.v1+json",
  "application/vnd.docker.distribution.manifest.list.v2+json",
  "application/vnd.docker.distribution.manifest.v2+json",
].join(", ");

interface ErrorBody {
  readonly errors?: readonly { readonly code?: string; readonly message?: string }[];
}

const messageOf = (body: unknown, status: number): string => {
  const [first] = (typeof body === "object" && body !== null ? (body as ErrorBody).errors : undefined) ?? [];
  const told = [first?.code, first?.message].filter((part) => typeof part === "string" && part !== "").join(": ");
  return told === "" ? `it gave no reason beside status ${status}` : told;
};

const fixOf = (status: number): string => {
  if (status === 401 || status === 403) return "Correct the credentials that the bed names as registry.pullSecret.";
  if (status === 404) return "Push the image, or correct KUBERA_BUILD; `e2e images verify` lists what a build needs.";
  if (status === 429) return "The registry limits pulls: wait, sign in, or put a mirror before it.";
  return "Look at the registry's own logs and disk.";
};

interface Ask extends CallOptions {
  readonly method: HttpMethod;
  readonly path: string;
  readonly repository?: string;
}

interface ClientParts {
  readonly http: Http;
  readonly redactor: Redactor;
  readonly tokens: BearerTokens;
}

const header = (response: HttpResponse, name: string): string => {
  const value = response.headers[name];
  return typeof value === "string" ? value : "";
};

/**
 * One registry of the OCI distribution protocol. Errors of every method: `REGISTRY_REFUSED` with method, path, status and the
 * registry's own code; those of the room http.
 */
export class RegistryClient {
  readonly url: string;
  readonly #parts: ClientParts;

  constructor(parts: ClientParts) {
    this.#parts = parts;
    this.url = parts.http.baseUrl;
  }

  /** Whether the registry speaks the protocol and lets us in. */
  async ping(options: CallOptions = {}): Promise<void> {
    await this.#expect({ method: "GET", path: "/v2/", ...options });
  }

  /** All tags of a repository, in the registry's order. */
  async tags(repository: string, { signal }: CallOptions = {}): Promise<readonly string[]> {
    const tags: string[] = [];
    let path: string | undefined = `/v2/${checkRepository(repository)}/tags/list`;
    while (path !== undefined) {
      const answer: HttpResponse = await this.#expect({ method: "GET", path, repository, signal });
      tags.push(...((answer.body as { readonly tags?: readonly string[] | null }).tags ?? []));
      path = this.#nextPage(header(answer, "link"));
    }
    return tags;
  }

  /** Digest of a tag; undefined when repository or tag do not exist. */
  async head(repository: string, reference: string, { signal }: CallOptions = {}): Promise<ManifestHead | undefined> {
    const path = `/v2/${checkRepository(repository)}/manifests/${checkReference(reference)}`;
    const ask = { method: "HEAD", path, repository, signal } as const;
    const answer = await this.#ask(ask);
    if (answer.status === 404) return undefined;
    if (answer.status !== 200) throw this.#refused(ask, answer);
    const digest = header(answer, "docker-content-digest");
    if (digest === "") throw this.#withoutDigest(ask);
    return { digest, mediaType: header(answer, "content-type"), size: Number(header(answer, "content-length") || 0) };
  }

  /** Whether `repository:tag` or `repository@digest` is there. */
  async exists(image: string, options: CallOptions = {}): Promise<boolean> {
    const { repository, reference } = parseImageName(image);
    return (await this.head(repository, reference, options)) !== undefined;
  }

  close(): void {
    this.#parts.http.close();
    this.#parts.tokens.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.close();
  }

  async #expect(ask: Ask): Promise<HttpResponse> {
    const answer = await this.#ask(ask);
    if (answer.status === 200) return answer;
    throw this.#refused(ask, answer);
  }

  /** Registries refuse first and then say where a token is to be had. */
  async #ask(ask: Ask): Promise<HttpResponse> {
    const scope = ask.repository === undefined ? "" : `repository:${ask.repository}:pull`;
    const first = await this.#send(ask, this.#parts.tokens.known(scope));
    const challenge = first.status === 401 ? challengeOf(header(first, "www-authenticate")) : undefined;
    // Credentials that came here over TLS are not sent on in the clear.
    if (challenge === undefined || (this.url.startsWith("https:") && !challenge.realm.startsWith("https:"))) return first;
    return this.#send(ask, await this.#token(ask, challenge, scope));
  }

  async #token(ask: Ask, challenge: Challenge, scope: string): Promise<string> {
    const granted = await this.#parts.tokens.fetch(challenge, scope, ask.signal);
    if ("token" in granted) return granted.token;
    throw this.#refused(ask, { status: granted.status, body: granted.body });
  }

  #send({ method, path, signal }: Ask, bearer: string | undefined): Promise<HttpResponse> {
    const headers = { accept: ACCEPTED, ...(bearer !== undefined && { authorization: `Bearer ${bearer}` }) };
    return this.#parts.http.request({ method, path, headers, signal });
  }

  /** `Link: </v2/…?last=x>; rel="next"`; a link to another host is not followed. */
  #nextPage(link: string): string | undefined {
    const target = /<([^>]+)>\s*;\s*rel="?next"?/.exec(link)?.[1];
    if (target === undefined || !URL.canParse(target, this.url)) return undefined;
    const url = new URL(target, this.url);
    return url.origin === new URL(this.url).origin ? url.pathname + url.search : undefined;
  }

  #refused({ method, path }: Pick<Ask, "method" | "path">, { status, body }: Pick<HttpResponse, "status" | "body">): KuberaError {
    return new KuberaError("REGISTRY_REFUSED", {
      what: `registry ${new URL(this.url).host} answered ${status} to ${method} ${path.split("?", 1)[0] ?? ""}`,
      where: `${method} ${this.url}${path}`,
      because: this.#parts.redactor.text(messageOf(body, status)),
      fix: fixOf(status),
    });
  }

  #withoutDigest({ method, path }: Pick<Ask, "method" | "path">): KuberaError {
    return new KuberaError("REGISTRY_REFUSED", {
      what: `registry ${new URL(this.url).host} told no digest`,
      where: `${method} ${this.url}${path}`,
      because: "its answer has no Docker-Content-Digest header",
      fix: "Use a registry or a proxy that keeps that header.",
    });
  }
}
