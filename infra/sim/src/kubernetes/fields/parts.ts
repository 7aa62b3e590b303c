import type { FieldType } from "./field-type.ts";

export type Fields = Readonly<Record<string, unknown>>;

export interface Part {
  readonly value: unknown;
  readonly type: FieldType;
  /** A field of a structure; its owner need not own it by itself, as it does entries of maps and lists. */
  readonly isField: boolean;
}

/** What real schemas give to keys that an entry leaves out. */
const KEY_DEFAULTS: Fields = { protocol: "TCP" };

export const isMap = (value: unknown): value is Fields => typeof value === "object" && value !== null && !Array.isArray(value);

const isContainer = (value: unknown): boolean => isMap(value) || Array.isArray(value);

const keyText = (entry: unknown, keys: readonly string[]): string => {
  const values = keys.toSorted().map((key) => [key, (isMap(entry) ? entry[key] : undefined) ?? KEY_DEFAULTS[key] ?? null]);
  return JSON.stringify(Object.fromEntries(values));
};

/** The path element of a list's entry; undefined in lists that are one value. */
export const elementOf = (type: FieldType, entry: unknown): string | undefined => {
  const { list } = type;
  if (list === "atomic") return undefined;
  if (list === "set") return isContainer(entry) ? undefined : `v:${JSON.stringify(entry)}`;
  return `k:${keyText(entry, list)}`;
};

const mapParts = (type: FieldType, value: Fields): ReadonlyMap<string, Part> =>
  new Map(
    Object.entries(value).map(([name, entry]) => [`f:${name}`, { value: entry, type: type.field(name), isField: type.isField(name) }]),
  );

const listParts = (type: FieldType, value: readonly unknown[]): ReadonlyMap<string, Part> | undefined => {
  const parts = new Map<string, Part>();
  for (const entry of value) {
    const element = elementOf(type, entry);
    if (element === undefined) return undefined;
    parts.set(element, { value: entry, type: type.entry, isField: false });
  }
  return type.list === "atomic" ? undefined : parts;
};

/** What a value consists of, by path element; undefined for a leaf, which is compared and owned as a whole. */
export const partsOf = (type: FieldType, value: unknown): ReadonlyMap<string, Part> | undefined => {
  if (Array.isArray(value)) return listParts(type, value);
  return isMap(value) && !type.atomic ? mapParts(type, value) : undefined;
};
