/** Who asks. */
export interface User {
  readonly name: string;
  readonly groups: readonly string[];
}

/** What a request is about, as roles speak of it. */
export interface ResourceAttributes {
  readonly verb: string;
  readonly group: string;
  readonly resource: string;
  readonly subresource: string;
  readonly namespace: string;
  readonly name: string;
}

export interface PathAttributes {
  readonly verb: string;
  readonly path: string;
}

export type Attributes = ResourceAttributes | PathAttributes;

export const isPath = (attributes: Attributes): attributes is PathAttributes => "path" in attributes;

const VERBS: Readonly<Record<string, string>> = {
  POST: "create",
  PUT: "update",
  PATCH: "patch",
  DELETE: "delete",
  GET: "get",
  HEAD: "get",
};
const NAMESPACE_DOORS = new Set(["status", "finalize"]);

const nameOfSelector = (selector: string): string | undefined => /(?:^|,)metadata\.name==?([^,!=]+)(?:,|$)/.exec(selector)?.[1];

interface Parts {
  readonly namespace: string;
  readonly rest: readonly string[];
}

/** `namespaces/x` alone is a resource that lies in itself. */
const partsOf = (segments: readonly string[]): Parts => {
  const [first, second, third] = segments;
  if (first !== "namespaces" || second === undefined) return { namespace: "", rest: segments };
  const isItself = third === undefined || NAMESPACE_DOORS.has(third);
  return { namespace: second, rest: isItself ? segments : segments.slice(2) };
};

const verbOf = (method: string, name: string, query: URLSearchParams): string => {
  const verb = VERBS[method] ?? method.toLowerCase();
  const isWatch = query.get("watch") === "true" || query.get("watch") === "1";
  if (verb === "get" && name === "") return isWatch ? "watch" : "list";
  if (verb === "get" && isWatch) return "watch";
  return verb === "delete" && name === "" ? "deletecollection" : verb;
};

/** What a request of the API is about; everything but objects is a path. */
export const attributesOf = (method: string, url: URL, segments: readonly string[]): Attributes => {
  const [root = "", group = ""] = segments;
  const own = root === "api" ? segments.slice(2) : root === "apis" ? segments.slice(3) : [];
  if (own.length === 0) return { verb: method.toLowerCase(), path: url.pathname };
  const { namespace, rest } = partsOf(own);
  const [resource = "", named = "", subresource = ""] = rest;
  const verb = verbOf(method, named, url.searchParams);
  const chosen = named === "" && verb !== "create" ? nameOfSelector(url.searchParams.get("fieldSelector") ?? "") : undefined;
  return { verb, group: root === "api" ? "" : group, resource, subresource, namespace, name: named === "" ? (chosen ?? "") : named };
};

/** `User "x" cannot list resource "pods" in API group "" in the namespace "y"`. */
export const cannot = (user: User, attributes: Attributes): string => {
  if (isPath(attributes)) return `User "${user.name}" cannot ${attributes.verb} path "${attributes.path}"`;
  const { verb, resource, subresource, group, namespace } = attributes;
  const what = subresource === "" ? resource : `${resource}/${subresource}`;
  const where = namespace === "" ? "at the cluster scope" : `in the namespace "${namespace}"`;
  return `User "${user.name}" cannot ${verb} resource "${what}" in API group "${group}" ${where}`;
};
