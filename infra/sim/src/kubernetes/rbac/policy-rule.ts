import { isPath, type Attributes } from "./request-attributes.ts";

/** One rule of a role. */
export interface PolicyRule {
  readonly verbs: readonly string[];
  readonly apiGroups?: readonly string[];
  readonly resources?: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly nonResourceURLs?: readonly string[];
}

const has = (list: readonly string[] | undefined, value: string): boolean =>
  list !== undefined && (list.includes("*") || list.includes(value));

const hasResource = ({ resources = [] }: PolicyRule, resource: string, subresource: string): boolean =>
  has(resources, subresource === "" ? resource : `${resource}/${subresource}`) ||
  (subresource !== "" && resources.includes(`*/${subresource}`));

const hasPath = (paths: readonly string[], path: string): boolean =>
  paths.some((allowed) => allowed === path || (allowed.endsWith("*") && path.startsWith(allowed.slice(0, -1))));

/** Whether a rule lets a request pass. */
export const allows = (rule: PolicyRule, attributes: Attributes): boolean => {
  if (!has(rule.verbs, attributes.verb)) return false;
  if (isPath(attributes)) return hasPath(rule.nonResourceURLs ?? [], attributes.path);
  const { group, resource, subresource, name } = attributes;
  const { resourceNames = [] } = rule;
  return (
    has(rule.apiGroups, group) && hasResource(rule, resource, subresource) && (resourceNames.length === 0 || resourceNames.includes(name))
  );
};

/** A rule in pieces of one verb, group, resource and name each. */
const pieces = (rule: PolicyRule): readonly PolicyRule[] => {
  const { verbs, apiGroups = [], resources = [], resourceNames = [], nonResourceURLs = [] } = rule;
  const names = resourceNames.length === 0 ? [[]] : resourceNames.map((name) => [name]);
  return verbs.flatMap((verb) => [
    ...nonResourceURLs.map((path) => ({ verbs: [verb], nonResourceURLs: [path] })),
    ...apiGroups.flatMap((group) =>
      resources.flatMap((resource) =>
        names.map((named) => ({ verbs: [verb], apiGroups: [group], resources: [resource], resourceNames: named })),
      ),
    ),
  ]);
};

const first = (values: readonly string[] | undefined): string => values?.[0] ?? "";

const coversResource = (held: PolicyRule, piece: PolicyRule): boolean => {
  const [resource = "", subresource = ""] = first(piece.resources).split("/");
  return has(held.apiGroups, first(piece.apiGroups)) && hasResource(held, resource, subresource);
};

const coversNames = ({ resourceNames: held = [] }: PolicyRule, { resourceNames = [] }: PolicyRule): boolean =>
  held.length === 0 || resourceNames.some((name) => held.includes(name));

const coversPiece = (held: PolicyRule, piece: PolicyRule): boolean => {
  if (!has(held.verbs, first(piece.verbs))) return false;
  if (piece.nonResourceURLs !== undefined) return hasPath(held.nonResourceURLs ?? [], first(piece.nonResourceURLs));
  return coversResource(held, piece) && coversNames(held, piece);
};

/** What of the wanted rules goes beyond those that are held. */
export const uncovered = (held: readonly PolicyRule[], wanted: readonly PolicyRule[]): readonly PolicyRule[] =>
  wanted.flatMap(pieces).filter((piece) => !held.some((rule) => coversPiece(rule, piece)));

const listed = (name: string, values: readonly string[] | undefined): string[] =>
  values === undefined || values.length === 0 ? [] : [`${name}:[${values.map((value) => JSON.stringify(value)).join(" ")}]`];

/** `{APIGroups:[""], Resources:["pods"], Verbs:["get"]}`, as refusals of an escalation list rules. */
export const ruleText = (rule: PolicyRule): string =>
  `{${[
    ...listed("APIGroups", rule.apiGroups),
    ...listed("Resources", rule.resources),
    ...listed("ResourceNames", rule.resourceNames),
    ...listed("NonResourceURLs", rule.nonResourceURLs),
    ...listed("Verbs", rule.verbs),
  ].join(", ")}}`;

/** Rules that differ in their verbs alone, as one. */
export const compactRules = (rules: readonly PolicyRule[]): readonly PolicyRule[] => {
  const groups = new Map<string, PolicyRule>();
  for (const rule of rules) {
    const key = JSON.stringify({ ...rule, verbs: [] });
    groups.set(key, { ...rule, verbs: [...(groups.get(key)?.verbs ?? []), ...rule.verbs] });
  }
  return [...groups.values()];
};
