import type { Http } from "@kubera-e2e/http";
import type { Redactor } from "@kubera-e2e/schema/redactor";

/** Where and for which service a token is to be had. */
export interface Challenge {
  readonly realm: string;
  readonly service?: string;
}

/** Reads `Bearer realm="…",service="…"`; undefined for every other challenge. */
export const challengeOf = (header: string): Challenge | undefined => {
  if (!/^bearer\s/i.test(header)) return undefined;
  const fields = Object.fromEntries(
    [...header.matchAll(/(\w+)="([^"]*)"/g)].map(([, name = "", value = ""]) => [name.toLowerCase(), value]),
  );
  const { realm, service } = fields;
  if (realm === undefined || !/^https?:/i.test(realm) || !URL.canParse(realm)) return undefined;
  return { realm, ...(service !== undefined && { service }) };
};

type Granted = { readonly token: string } | { readonly status: number; readonly body: unknown };

export interface BearerOptions {
  readonly redactor: Redactor;
  /** Opens the token service, which may be another host; with the registry's trust and credentials. */
  readonly open: (baseUrl: string) => Http;
}

/** Tokens of one registry by scope, asked for once. */
export class BearerTokens {
  readonly #options: BearerOptions;
  readonly #tokens = new Map<string, string>();
  readonly #services = new Map<string, Http>();

  constructor(options: BearerOptions) {
    this.#options = options;
  }

  known(scope: string): string | undefined {
    return this.#tokens.get(scope);
  }

  async fetch({ realm, service }: Challenge, scope: string, signal: AbortSignal | undefined): Promise<Granted> {
    const url = new URL(realm);
    const http = this.#services.get(url.origin) ?? this.#options.open(url.origin);
    this.#services.set(url.origin, http);
    const query = { ...Object.fromEntries(url.searchParams), service, ...(scope !== "" && { scope }) };
    const { status, body } = await http.request({ method: "GET", path: url.pathname, query, signal });
    const { token, access_token: accessToken } = (typeof body === "object" && body !== null ? body : {}) as Record<string, unknown>;
    const granted = token ?? accessToken;
    if (status !== 200 || typeof granted !== "string") return { status: status === 200 ? 401 : status, body };
    this.#options.redactor.add(granted);
    this.#tokens.set(scope, granted);
    return { token: granted };
  }

  close(): void {
    for (const http of this.#services.values()) http.close();
  }
}
