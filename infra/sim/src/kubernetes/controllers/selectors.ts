import { createHash } from "node:crypto";
import type { Labels, LabelSelector, NodeSelectorTerm, SelectorRequirement, Taint, Toleration } from "../workload-objects.ts";

const compare = (requirement: SelectorRequirement, value: string | undefined): boolean => {
  const values = requirement.values ?? [];
  if (requirement.operator === "In") return value !== undefined && values.includes(value);
  if (requirement.operator === "NotIn") return value === undefined || !values.includes(value);
  if (requirement.operator === "Exists") return value !== undefined;
  if (requirement.operator === "DoesNotExist") return value === undefined;
  if (requirement.operator === "Gt") return value !== undefined && Number(value) > Number(values[0]);
  if (requirement.operator === "Lt") return value !== undefined && Number(value) < Number(values[0]);
  return false;
};

export const labelsMatch = (wanted: Labels, labels: Labels = {}): boolean =>
  Object.entries(wanted).every(([key, value]) => labels[key] === value);

export const selects = (selector: LabelSelector, labels: Labels = {}): boolean =>
  labelsMatch(selector.matchLabels ?? {}, labels) &&
  (selector.matchExpressions ?? []).every((requirement) => compare(requirement, labels[requirement.key]));

export const termMatches = (term: NodeSelectorTerm, node: { readonly name: string; readonly labels?: Labels | undefined }): boolean =>
  (term.matchExpressions ?? []).every((requirement) => compare(requirement, node.labels?.[requirement.key])) &&
  (term.matchFields ?? []).every((requirement) => compare(requirement, node.name));

export const tolerates = (toleration: Toleration, taint: Taint): boolean => {
  if (toleration.effect !== undefined && toleration.effect !== "" && toleration.effect !== taint.effect) return false;
  if (toleration.key === undefined || toleration.key === "") return toleration.operator === "Exists";
  if (toleration.key !== taint.key) return false;
  return toleration.operator === "Exists" || (toleration.value ?? "") === (taint.value ?? "");
};

export const isTolerated = (tolerations: readonly Toleration[] | undefined, taint: Taint): boolean =>
  (tolerations ?? []).some((toleration) => tolerates(toleration, taint));

const LETTERS = "bcdfghjklmnpqrstvwxz2456789";

const hashOf = (template: object): string =>
  [...createHash("sha256").update(JSON.stringify(template)).digest().subarray(0, 10)]
    .map((byte) => LETTERS[byte % LETTERS.length])
    .join("");

/** What is stored is frozen, and asked for at every look of a controller. */
const hashes = new WeakMap<object, string>();

/** Ten letters that stand for a pod template, in the alphabet of real hashes. */
export const templateHash = (template: object): string => {
  const hash = hashes.get(template) ?? hashOf(template);
  if (Object.isFrozen(template)) hashes.set(template, hash);
  return hash;
};
