import type { Json } from "../kube-object.ts";

/** Reads a field by its dotted path: `status.phase`. */
export const at = (value: unknown, path: string): unknown => {
  let found: unknown = value;
  for (const step of path.split(".")) {
    found = typeof found === "object" && found !== null ? (found as Record<string, unknown>)[step] : undefined;
  }
  return found;
};

export const text = (value: unknown, otherwise: string): string => {
  if (typeof value === "string" && value !== "") return value;
  return typeof value === "number" || typeof value === "boolean" ? String(value) : otherwise;
};

export const count = (value: unknown): number => (typeof value === "number" ? value : 0);

export const list = (value: unknown): Json[] =>
  Array.isArray(value) ? value.filter((entry): entry is Json => typeof entry === "object" && entry !== null) : [];

/** `app=web,tier=db`, as selectors are printed. */
export const labelsText = (value: unknown): string => {
  const pairs = Object.entries((value ?? {}) as Record<string, string>).map(([key, label]) => `${key}=${label}`);
  return pairs.length === 0 ? "<none>" : pairs.join(",");
};
