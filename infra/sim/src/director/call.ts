import type { Database } from "./database.ts";
import type { DirectorCore } from "./core.ts";
import { unauthorized } from "./http/api-error.ts";
import type { ApiRequest } from "./http/api-request.ts";
import type { Params } from "./http/router.ts";
import type { AccountRow } from "./rows.ts";
import { digestMatches, sessionAccount } from "./secrets.ts";
import { at } from "./json.ts";

/** User and password of an `Authorization: Basic` header; undefined without one. */
export const basicOf = (header: string | undefined): { readonly user: string; readonly password: string } | undefined => {
  const encoded = /^Basic\s+([A-Za-z0-9+/=_-]+)$/i.exec(header ?? "")?.[1];
  if (encoded === undefined) return undefined;
  const text = Buffer.from(encoded, "base64").toString("utf8");
  const colon = text.indexOf(":");
  return colon < 0 ? undefined : { user: text.slice(0, colon), password: text.slice(colon + 1) };
};

/** One API request on its way through a route. */
export class Call {
  readonly request: ApiRequest;
  readonly params: Params;
  readonly director: DirectorCore;
  #account: AccountRow | undefined;

  constructor(request: ApiRequest, params: Params, director: DirectorCore) {
    this.request = request;
    this.params = params;
    this.director = director;
  }

  /** Throws 503 when nobody serves the database. */
  get db(): Database {
    return this.director.database();
  }

  /** Who asks; throws 401 when nobody is signed in. */
  get account(): AccountRow {
    this.#account ??= this.#byKey() ?? this.#byCookie();
    if (this.#account === undefined) throw unauthorized();
    return this.#account;
  }

  param(name: string): string {
    return this.params[name] ?? "";
  }

  /** A field of the body as trimmed text; numbers and booleans count as text too, since forms know nothing else. */
  text(field: string): string {
    const value = at(this.request.body, field);
    return typeof value === "string" || typeof value === "number" || typeof value === "boolean" ? String(value).trim() : "";
  }

  #byKey(): AccountRow | undefined {
    const given = basicOf(this.request.headers.authorization);
    if (given === undefined) return undefined;
    const key = this.db.list("apiKeys").find((row) => row.publicValue === given.user);
    if (key === undefined || !digestMatches(given.password, key.secretHash)) throw unauthorized("the API key is not valid");
    return this.db.get("accounts", key.accountId);
  }

  #byCookie(): AccountRow | undefined {
    const token = this.request.cookies.get("token");
    if (token === undefined) return undefined;
    const accountId = sessionAccount(token, this.db.state.sessionKey, this.director.time.now());
    return accountId === undefined ? undefined : this.db.get("accounts", accountId);
  }
}
