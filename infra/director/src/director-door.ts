import type { HeaderFields, Http, HttpMethod } from "@kubera-e2e/http";
import { KuberaError } from "@kubera-e2e/schema/kubera-error";
import type { Redactor } from "@kubera-e2e/schema/redactor";
import type { z } from "zod";
import type { ApiKey, Session } from "./contract.ts";

/** How a call shows who makes it: a session's cookies, an API key as Basic, or not at all. */
export type DirectorAuth =
  | { readonly kind: "session"; readonly session: Session }
  | { readonly kind: "key"; readonly key: Pick<ApiKey, "publicValue" | "secretValue"> }
  | { readonly kind: "none" };

export interface DirectorRequest {
  readonly method: HttpMethod;
  /** "/v3/groups", or an absolute URL below Director's own, as its links are. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>> | undefined;
  /** Sent as JSON. */
  readonly body?: object | undefined;
  /** Sent url-encoded, instead of a body. */
  readonly form?: Readonly<Record<string, string>> | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly timeoutMs?: number | undefined;
}

export interface DirectorAnswer {
  readonly status: number;
  readonly headers: HeaderFields;
  /** Parsed JSON, or text when it is something else. */
  readonly body: unknown;
}

const AUTH_PROVIDER = "localAuthConfig";

const authHeaders = (auth: DirectorAuth): Record<string, string> => {
  switch (auth.kind) {
    case "none":
      return {};
    case "session":
      return { cookie: `token=${auth.session.jwt}; authProvider=${AUTH_PROVIDER}` };
    case "key":
      return { authorization: `Basic ${Buffer.from(`${auth.key.publicValue}:${auth.key.secretValue}`).toString("base64")}` };
  }
};

const messageOf = ({ body }: DirectorAnswer): string => {
  if (typeof body === "object" && body !== null && "message" in body && typeof body.message === "string" && body.message !== "")
    return body.message;
  return typeof body === "string" && body.trim() !== "" ? body.trim().slice(0, 300) : "Director gave no message";
};

/** Not everything behind Director's address is JSON: /ping is text, the UI is HTML. */
const valueOf = (text: string): unknown => {
  if (text === "") return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
};

/** The cause of every `DIRECTOR_REFUSED`. */
class DirectorRefusal extends Error {
  readonly status: number;
  readonly code: string;

  constructor(status: number, message: string) {
    super(message);
    this.name = "DirectorRefusal";
    this.status = status;
    this.code = String(status);
  }
}

/** The HTTP status with which Director refused a call; undefined for other errors. */
export const refusedStatus = (error: unknown): number | undefined =>
  error instanceof KuberaError && error.cause instanceof DirectorRefusal ? error.cause.status : undefined;

const fixOf = (status: number): string => {
  if (status === 401 || status === 403) return "Look whether the account exists on this Director and has the role the call needs.";
  if (status === 405 || status === 409 || status === 422)
    return "A rule of the product refused it: look at the state of what the call is about.";
  if (status >= 500) return "Look at the pods and logs of maya-io and mysql in Director's namespace.";
  return "Compare the call with Director's contract for this release.";
};

/** A resource as far as its actions go. */
interface Acted {
  readonly id: string;
  readonly actions?: Readonly<Record<string, string>> | undefined;
}

interface DoorOptions {
  readonly http: Http;
  readonly auth: DirectorAuth;
  readonly redactor: Redactor;
}

/** Calls of one Director as one account: raw, or checked against the contract. */
export class DirectorDoor {
  readonly #options: DoorOptions;

  constructor(options: DoorOptions) {
    this.#options = options;
    if (options.auth.kind === "session") options.redactor.add(options.auth.session.jwt);
    if (options.auth.kind === "key") options.redactor.add(options.auth.key.secretValue);
  }

  get auth(): DirectorAuth {
    return this.#options.auth;
  }

  /** Secrets that Director gave are masked like those it was given. */
  learn(secret: string): void {
    this.#options.redactor.add(secret);
  }

  as(auth: DirectorAuth): DirectorDoor {
    return new DirectorDoor({ ...this.#options, auth });
  }

  /** Another address; what is known to whoever asks here is not told there. */
  through(http: Http): DirectorDoor {
    return new DirectorDoor({ ...this.#options, http, auth: { kind: "none" } });
  }

  /** The URL of a resource's action. Error: `DIRECTOR_REFUSED` when the resource does not offer it to this account. */
  actionOf({ id, actions = {} }: Acted, action: string): string {
    const url = actions[action];
    if (url !== undefined) return url;
    throw new KuberaError("DIRECTOR_REFUSED", {
      what: `Director offers no action ${action} on ${id}`,
      where: this.#options.http.baseUrl,
      because: `the resource offers ${Object.keys(actions).join(", ") || "none"}`,
      fix: "Look at the state of the resource, and whether the account has the role the action needs.",
    });
  }

  /** Every status is an answer. Errors: those of the room http. */
  async request(request: DirectorRequest): Promise<DirectorAnswer> {
    const { http, auth } = this.#options;
    const headers = { accept: "application/json", ...authHeaders(auth), ...request.headers };
    const { status, headers: told, body } = await http.request({ ...request, path: this.#pathOf(request), headers, responseType: "text" });
    return { status, headers: told, body: valueOf(body) };
  }

  /** A 2xx answer of the promised shape. Errors: `DIRECTOR_REFUSED`, `DIRECTOR_CONTRACT`, those of the room http. */
  async call<T>(schema: z.ZodType<T>, request: DirectorRequest): Promise<T> {
    const answer = await this.request(request);
    if (answer.status < 200 || answer.status > 299) throw this.#refused(request, answer);
    const parsed = schema.safeParse(answer.body);
    if (parsed.success) return parsed.data;
    const faults = parsed.error.issues.map((issue) => `${issue.path.join(".") || "the answer"}: ${issue.message}`);
    throw new KuberaError("DIRECTOR_CONTRACT", {
      what: `Director's answer to ${request.method} ${this.#shown(request)} is not what its contract says`,
      where: this.#where(request),
      because: faults.join("\n           "),
      fix: "Look whether this release of Director has a profile; if the product changed on purpose, change infra/director/src/contract.ts.",
    });
  }

  #refused(request: DirectorRequest, answer: DirectorAnswer): KuberaError {
    const message = this.#options.redactor.text(messageOf(answer));
    return new KuberaError("DIRECTOR_REFUSED", {
      what: `Director answered ${answer.status} to ${request.method} ${this.#shown(request)}`,
      where: this.#where(request),
      because: message,
      fix: fixOf(answer.status),
      cause: new DirectorRefusal(answer.status, message),
    });
  }

  #pathOf(request: DirectorRequest): string {
    const { path } = request;
    if (!/^https?:/i.test(path)) return path;
    const { origin, pathname } = new URL(this.#options.http.baseUrl);
    const url = URL.canParse(path) ? new URL(path) : undefined;
    const below = pathname.replace(/\/$/, "");
    if (url?.origin === origin && url.pathname.startsWith(below)) return url.pathname.slice(below.length) + url.search;
    throw new KuberaError("DIRECTOR_CONTRACT", {
      what: "a link of Director leads to another host",
      where: `${request.method} ${this.#options.redactor.text(path)}`,
      because: `the session belongs to ${origin} and is sent nowhere else`,
      fix: "Set server.url of this Director to the address under which it is tested.",
    });
  }

  /** The path without its query, which may hold a secret. */
  #shown(request: DirectorRequest): string {
    return this.#options.redactor.text(this.#pathOf(request).split("?", 1)[0] ?? "");
  }

  #where(request: DirectorRequest): string {
    return `${request.method} ${this.#options.http.baseUrl}${this.#shown(request)}`;
  }
}
