import { ApiError, notAllowed, notFound } from "./api-error.ts";
import type { ApiRequest } from "./api-request.ts";
import type { Call } from "../call.ts";

export interface Reply {
  readonly status: number;
  /** JSON, or text when a content type is given. */
  readonly body: unknown;
  readonly contentType?: string;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
}

export type Handler = (call: Call) => Reply | Promise<Reply>;

export interface Route {
  readonly method: string;
  /** Segments; `:name` takes one, a last `*` takes the rest. */
  readonly pattern: readonly string[];
  /** Value of `?action=` that a POST must carry. */
  readonly action?: string;
  readonly handle: Handler;
}

const route = (method: string, path: string, handle: Handler): Route => ({ method, pattern: path.split("/").filter(Boolean), handle });

export const get = (path: string, handle: Handler): Route => route("GET", path, handle);
export const post = (path: string, handle: Handler): Route => route("POST", path, handle);
export const put = (path: string, handle: Handler): Route => route("PUT", path, handle);
export const remove = (path: string, handle: Handler): Route => route("DELETE", path, handle);
export const action = (path: string, name: string, handle: Handler): Route => ({ ...route("POST", path, handle), action: name });

export type Params = Readonly<Record<string, string>>;

const paramsOf = (pattern: readonly string[], segments: readonly string[]): Params | undefined => {
  const open = pattern.at(-1) === "*";
  if (open ? segments.length < pattern.length - 1 : segments.length !== pattern.length) return undefined;
  const params: Record<string, string> = {};
  for (const [index, part] of pattern.entries()) {
    const segment = segments[index] ?? "";
    if (part.startsWith(":")) params[part.slice(1)] = segment;
    else if (part !== "*" && part.toLowerCase() !== segment.toLowerCase()) return undefined;
  }
  return params;
};

export interface Match {
  readonly route: Route;
  readonly params: Params;
}

/** The route of a request. Errors: 404 for an unknown path, 405 for a known path with another method or an unknown action. */
export const matchRoute = (routes: readonly Route[], request: ApiRequest): Match => {
  const here = routes.flatMap((route) => {
    const params = paramsOf(route.pattern, request.segments);
    return params === undefined ? [] : [{ route, params }];
  });
  if (here.length === 0) throw notFound(`/${request.segments.join("/")} is unknown`);
  const wanted = request.method === "POST" ? (request.query.get("action") ?? undefined) : undefined;
  const found = here.find(({ route }) => route.method === request.method && route.action === wanted);
  if (found !== undefined) return found;
  if (wanted !== undefined) throw notAllowed(`action ${wanted} is not available`);
  throw new ApiError(405, "MethodNotAllowed", `${request.method} is not allowed here`);
};
