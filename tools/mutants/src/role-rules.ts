import type { Rule } from "./rules-of-sources.ts";

/** A route as the simulator has it. */
export interface KnownRoute {
  readonly method: string;
  readonly pattern: readonly string[];
  readonly action?: string;
  readonly handle: { readonly toString: () => string };
}

type Scope = "scopeOf" | "viewScope" | "changeScope" | "ownerScope";

const ACCESS = "infra/sim/src/director/access.ts";
const TEXT = "  return { group, member };";

/** What a handler, as JavaScript shows it, asks of its caller. */
const SCOPES: readonly (readonly [RegExp, Scope])[] = [
  [/\bownerScope\(/, "ownerScope"],
  [/\bchangeScope\(/, "changeScope"],
  [/\b(?:viewScope|connectedClusters|scopeHere)\(/, "viewScope"],
  [/\bscopeOf\(/, "scopeOf"],
];

const scopeOf = ({ handle }: KnownRoute): Scope | undefined => SCOPES.find(([pattern]) => pattern.test(handle.toString()))?.[1];

interface Flip {
  readonly who: string;
  readonly as: string;
  readonly may: boolean;
}

/** The last role that may and takes the rights of the next lower one, and the first that may not and takes those of the higher. */
const FLIPS: Readonly<Record<Scope, readonly Flip[]>> = {
  ownerScope: [
    { who: "ProjectOwner", as: "ProjectAdmin", may: false },
    { who: "ProjectAdmin", as: "ProjectOwner", may: true },
  ],
  changeScope: [
    { who: "ProjectAdmin", as: "ProjectReadAdmin", may: false },
    { who: "ProjectReadAdmin", as: "ProjectAdmin", may: true },
  ],
  viewScope: [
    { who: "ProjectReadAdmin", as: "ProjectMember", may: false },
    { who: "ProjectMember", as: "ProjectReadAdmin", may: true },
  ],
  scopeOf: [{ who: "ProjectMember", as: "", may: false }],
};

/** Lists below one cluster are those of the group, narrowed. */
const plainPath = ({ pattern }: KnownRoute): string => {
  const path = pattern.join("/");
  return /^v3\/groups\/:gid\/clusters\/:cid\/./.test(path) ? path.replace("/clusters/:cid", "") : path;
};

const matcherOf = (path: string): string =>
  path
    .replace("v3/groups/:gid/", "v3/groups/[^/]+/(clusters/[^/]+/)?")
    .replaceAll(/:\w+/g, "[^/]+")
    .replace("/*", "/.+")
    .replaceAll("/", String.raw`\/`);

const shortPath = (path: string): string =>
  path
    .replace(/^(v3|k8s)\/groups\/:gid\/?/, (_, root: string) => (root === "k8s" ? "k8s/" : ""))
    .replaceAll(/:\w+/g, "one")
    .replace("/*", "")
    .replaceAll("/", ".") || "group";

const withFlip = ({ method, action = "" }: KnownRoute, path: string, { who, as }: Flip): string => {
  const here = `member.role === "${who}" && call.request.method === "${method}" && /^${matcherOf(path)}$/i.test(call.request.segments.join("/"))`;
  const asked = method === "POST" ? `${here} && (call.request.query.get("action") ?? "") === "${action}"` : here;
  if (as === "") return `  if (${asked}) throw notFound("as if nobody");\n${TEXT}`;
  return `  const isFlipped = ${asked};\n  return { group, member: isFlipped ? { ...member, role: "${as}" } : member };`;
};

const rulesOf = (route: KnownRoute): readonly Rule[] => {
  const scope = route.pattern.includes(":gid") ? scopeOf(route) : undefined;
  if (scope === undefined) return [];
  const path = plainPath(route);
  const verb = route.action ?? route.method.toLowerCase();
  return FLIPS[scope].map((flip) => ({
    id: `role:${shortPath(path)}:${verb}:${flip.who.replace("Project", "").toLowerCase()}${flip.may ? "-may" : "-may-not"}`,
    kind: "role",
    rule: `${flip.who} ${flip.may ? "is refused" : "may"} ${route.method} ${path}${route.action === undefined ? "" : `?action=${route.action}`}`,
    edit: { file: ACCESS, in: "scopeOf", text: TEXT, with: withFlip(route, path, flip) },
  }));
};

/** For each route of a project: a role that may is refused, and one that is refused may. */
export const roleRules = (routes: readonly KnownRoute[]): readonly Rule[] => [
  ...new Map(routes.flatMap(rulesOf).map((rule) => [rule.id, rule])).values(),
];
