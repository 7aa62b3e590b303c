import { sameJson } from "../plain-json.ts";
import { FieldSetBuilder, NO_FIELDS, type FieldNode, type FieldSet } from "./field-set.ts";
import type { FieldType } from "./field-type.ts";
import { elementOf, isMap, partsOf, type Fields, type Part } from "./parts.ts";

const isBare = (value: unknown): boolean => value === null || (isMap(value) && Object.keys(value).length === 0);

const nodeOf = ({ type, value, isField }: Part): FieldNode => {
  const isLeaf = partsOf(type, value) === undefined;
  return { own: isLeaf || !isField || isBare(value), below: isLeaf ? NO_FIELDS : fieldsIn(type, value) };
};

/** The fields that an applied configuration names. */
export const fieldsIn = (type: FieldType, value: unknown): FieldSet => {
  const nodes = [...(partsOf(type, value) ?? [])].map(([element, part]): [string, FieldNode] => [element, nodeOf(part)]);
  return new Map(nodes.filter(([, { own, below }]) => own || below.size > 0));
};

export interface Comparison {
  readonly added: FieldSet;
  readonly removed: FieldSet;
  readonly modified: FieldSet;
}

class Comparer {
  readonly added = new FieldSetBuilder();
  readonly removed = new FieldSetBuilder();
  readonly modified = new FieldSetBuilder();

  compare(path: readonly string[], before: Part | undefined, after: Part | undefined): void {
    if (before !== undefined && after !== undefined && sameJson(before.value, after.value)) return;
    const parts = before === undefined ? NOTHING : partsOf(before.type, before.value);
    const others = after === undefined ? NOTHING : partsOf(after.type, after.value);
    if (parts !== undefined && others !== undefined) {
      for (const element of new Set([...parts.keys(), ...others.keys()])) {
        this.compare([...path, element], parts.get(element), others.get(element));
      }
    }
    if (before === undefined) this.added.add(path);
    else if (after === undefined) this.removed.add(path);
    else if (parts === undefined || others === undefined) this.modified.add(path);
  }
}

const NOTHING: ReadonlyMap<string, Part> = new Map();

/** What became of the fields of an object. */
export const compared = (type: FieldType, before: unknown, after: unknown): Comparison => {
  const comparer = new Comparer();
  const part = (value: unknown): Part => ({ value, type, isField: true });
  comparer.compare([], part(before), part(after));
  return { added: comparer.added.set, removed: comparer.removed.set, modified: comparer.modified.set };
};

const below = (type: FieldType, element: string): FieldType => (element.startsWith("f:") ? type.field(element.slice(2)) : type.entry);

/** The set with those fields of structures that have some of it below them. */
export const withStructures = (type: FieldType, set: FieldSet): FieldSet =>
  new Map(
    [...set].map(([element, node]): [string, FieldNode] => {
      const own = node.own || (element.startsWith("f:") && type.isField(element.slice(2)));
      return [element, { own, below: withStructures(below(type, element), node.below) }];
    }),
  );

const prunedEntry = (part: Part, node: FieldNode | undefined): unknown => {
  if (node === undefined) return part.value;
  return node.own ? undefined : without(part.type, part.value, node.below);
};

/** The value without the fields of a set; what becomes empty by that goes too. */
export const without = (type: FieldType, value: unknown, set: FieldSet): unknown => {
  const parts = set.size === 0 ? undefined : partsOf(type, value);
  if (parts === undefined) return value;
  if (Array.isArray(value)) {
    const kept = value.map((entry: unknown) =>
      prunedEntry({ value: entry, type: type.entry, isField: false }, set.get(elementOf(type, entry) ?? "")),
    );
    const left = kept.filter((entry) => entry !== undefined);
    return left.length === 0 ? undefined : left;
  }
  const kept = [...parts].map(([element, part]): [string, unknown] => [element.slice(2), prunedEntry(part, set.get(element))]);
  const left = kept.filter(([, entry]) => entry !== undefined);
  return left.length === 0 ? undefined : Object.fromEntries(left);
};

const mergedMap = (type: FieldType, live: Fields, config: Fields): Fields => {
  const result: Record<string, unknown> = { ...live };
  for (const [name, value] of Object.entries(config)) result[name] = merged(type.field(name), live[name], value);
  return result;
};

/**
 * Entries that only the live list has stay before the entry that follows them in both; the others stand as configured. Where
 * nothing tells the order, the live ones come first.
 */
const mergedList = (type: FieldType, live: readonly unknown[], config: readonly unknown[]): unknown[] => {
  const known = new Map(live.map((entry) => [elementOf(type, entry), entry]));
  const elements = config.map((entry) => elementOf(type, entry));
  const result: unknown[] = [];
  let place = 0;
  const keepUntil = (element: string | undefined): void => {
    for (; place < live.length; place += 1) {
      const own = elementOf(type, live[place]);
      if (own === element) return;
      if (!elements.includes(own)) result.push(live[place]);
    }
  };
  for (const [index, entry] of config.entries()) {
    keepUntil(elements.slice(index).find((element) => known.has(element)));
    const element = elements[index];
    result.push(known.has(element) ? merged(type.entry, known.get(element), entry) : entry);
    if (known.has(element)) place += 1;
  }
  keepUntil(undefined);
  return result;
};

/** The live value with the configuration laid over it. */
export const merged = (type: FieldType, live: unknown, config: unknown): unknown => {
  if (partsOf(type, live) === undefined || partsOf(type, config) === undefined) return config;
  if (Array.isArray(live) && Array.isArray(config)) return mergedList(type, live, config);
  return isMap(live) && isMap(config) ? mergedMap(type, live, config) : config;
};
