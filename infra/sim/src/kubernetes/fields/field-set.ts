/** Fields below a value, by path element: `f:name` a field, `k:{"name":"main"}` an entry by keys, `v:"x"` an entry by value. */
export type FieldSet = ReadonlyMap<string, FieldNode>;

export interface FieldNode {
  /** Whether the set has the field itself, and not only some below it. */
  readonly own: boolean;
  readonly below: FieldSet;
}

type Json = Readonly<Record<string, unknown>>;

export const NO_FIELDS: FieldSet = new Map();

const combined = (a: FieldSet, b: FieldSet, keeps: (inA: boolean, inB: boolean) => boolean): FieldSet => {
  const result = new Map<string, FieldNode>();
  for (const element of new Set([...a.keys(), ...b.keys()])) {
    const left = a.get(element);
    const right = b.get(element);
    const own = keeps(left?.own ?? false, right?.own ?? false);
    const below = combined(left?.below ?? NO_FIELDS, right?.below ?? NO_FIELDS, keeps);
    if (own || below.size > 0) result.set(element, { own, below });
  }
  return result;
};

export const union = (a: FieldSet, b: FieldSet): FieldSet => combined(a, b, (inA, inB) => inA || inB);
export const intersection = (a: FieldSet, b: FieldSet): FieldSet => combined(a, b, (inA, inB) => inA && inB);
export const difference = (a: FieldSet, b: FieldSet): FieldSet => combined(a, b, (inA, inB) => inA && !inB);

/** A set that grows field by field. */
export class FieldSetBuilder {
  readonly #root = new Map<string, { own: boolean; below: Map<string, never> }>();

  get set(): FieldSet {
    return this.#root;
  }

  add(path: readonly string[]): void {
    let level = this.#root;
    for (const [index, element] of path.entries()) {
      const node = level.get(element) ?? { own: false, below: new Map<string, never>() };
      level.set(element, node);
      if (index === path.length - 1) node.own = true;
      level = node.below;
    }
  }
}

/** The paths of a set, those of owners before those below them. */
export const pathsOf = (set: FieldSet, above: readonly string[] = []): (readonly string[])[] =>
  [...set]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([element, { own, below }]) => {
      const path = [...above, element];
      return [...(own ? [path] : []), ...pathsOf(below, path)];
    });

const elementText = (element: string): string => {
  const content = element.slice(2);
  if (element.startsWith("f:")) return `.${content}`;
  if (element.startsWith("v:")) return `[=${content}]`;
  const keys = Object.entries(JSON.parse(content) as Json).map(([key, value]) => `${key}=${JSON.stringify(value)}`);
  return `[${keys.join(",")}]`;
};

/** `.spec.containers[name="main"].image`. */
export const pathText = (path: readonly string[]): string => path.map(elementText).join("");

/** The set as `FieldsV1` of `managedFields`. */
export const encodedFields = (set: FieldSet): Json =>
  Object.fromEntries(
    [...set]
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([element, { own, below }]) => [element, { ...(own && below.size > 0 ? { ".": {} } : {}), ...encodedFields(below) }]),
  );

const isMap = (value: unknown): value is Json => typeof value === "object" && value !== null && !Array.isArray(value);

/** The set that `FieldsV1` says; undefined for what is no such thing. */
export const decodedFields = (fields: unknown): FieldSet | undefined => {
  if (!isMap(fields)) return undefined;
  const set = new Map<string, FieldNode>();
  for (const [element, content] of Object.entries(fields)) {
    if (element === ".") continue;
    const below = decodedFields(content);
    if (below === undefined || !/^[fkvi]:/.test(element)) return undefined;
    set.set(element, { own: below.size === 0 || Object.hasOwn(content as Json, "."), below });
  }
  return set;
};
