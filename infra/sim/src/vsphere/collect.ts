import { isA, type Find, type ManagedObject } from "./managed-object.ts";
import { readPath } from "./property-path.ts";
import type { FilterSpec, ObjectSpec, PropertySpec, Selection } from "./property-spec.ts";
import { anything, data, list, refsIn, type Data, type Value } from "./value.ts";
import { invalidArgument, managedObjectNotFound } from "./vim-fault.ts";

/** An object that a filter selects, with the properties it wants of it; unset ones are left out. */
export interface Collected {
  readonly object: ManagedObject;
  readonly values: ReadonlyMap<string, Value>;
}

const byName = (selections: readonly Selection[], found = new Map<string, Selection>()): Map<string, Selection> => {
  for (const selection of selections) {
    if (selection.path !== undefined && selection.name !== undefined) found.set(selection.name, selection);
    byName(selection.next, found);
  }
  return found;
};

/** Walks from one object along its selections; each selection is followed once from each object, so circles end. */
class Walk {
  readonly selected = new Map<string, ManagedObject>();
  readonly #find: Find;
  readonly #named: ReadonlyMap<string, Selection>;
  readonly #followed = new Map<Selection, Set<string>>();

  constructor(find: Find, spec: ObjectSpec) {
    this.#find = find;
    this.#named = byName(spec.selections);
  }

  from(object: ManagedObject, selections: readonly Selection[]): void {
    for (const given of selections) {
      const selection = given.path === undefined ? this.#resolve(given) : given;
      if (isA(object.ref.type, selection.type) && this.#first(selection, object)) this.#follow(object, selection);
    }
  }

  #follow(object: ManagedObject, selection: Selection): void {
    for (const ref of refsIn(readPath(object, selection.path ?? ""))) {
      const target = this.#find(ref);
      if (target === undefined) continue;
      if (!selection.skip) this.selected.set(target.ref.id, target);
      this.from(target, selection.next);
    }
  }

  #resolve(selection: Selection): Selection {
    const found = this.#named.get(selection.name ?? "");
    if (found === undefined) throw invalidArgument("selectSet", `no TraversalSpec is named ${selection.name ?? ""}`);
    return found;
  }

  #first(selection: Selection, object: ManagedObject): boolean {
    const seen = this.#followed.get(selection) ?? new Set<string>();
    this.#followed.set(selection, seen);
    if (seen.has(object.ref.id)) return false;
    seen.add(object.ref.id);
    return true;
  }
}

const select = (find: Find, spec: FilterSpec): Iterable<ManagedObject> => {
  const selected = new Map<string, ManagedObject>();
  for (const objectSpec of spec.objects) {
    const start = find(objectSpec.obj);
    if (start === undefined && spec.skipMissing) continue;
    if (start === undefined) throw managedObjectNotFound(objectSpec.obj);
    if (!objectSpec.skip) selected.set(start.ref.id, start);
    const walk = new Walk(find, objectSpec);
    walk.from(start, objectSpec.selections);
    for (const [id, object] of walk.selected) selected.set(id, object);
  }
  return selected.values();
};

const valuesOf = (object: ManagedObject, specs: readonly PropertySpec[]): Map<string, Value> => {
  const paths = specs.flatMap((spec) => (spec.all ? Object.keys(object.properties) : spec.paths));
  const values = new Map<string, Value>();
  for (const path of paths) {
    const value = readPath(object, path);
    if (value !== undefined) values.set(path, value);
  }
  return values;
};

/** All objects that a filter selects and has properties for, in the order they are met. */
export const collect = (find: Find, spec: FilterSpec): readonly Collected[] => {
  const collected: Collected[] = [];
  for (const object of select(find, spec)) {
    const specs = spec.properties.filter((candidate) => isA(object.ref.type, candidate.type));
    if (specs.length > 0) collected.push({ object, values: valuesOf(object, specs) });
  }
  return collected;
};

/** One ObjectContent. */
export const objectContent = ({ object, values }: Collected): Data =>
  data("ObjectContent", {
    obj: object.ref,
    propSet: list(
      "DynamicProperty",
      [...values].map(([name, value]) => data("DynamicProperty", { name, val: anything(value) })),
    ),
  });
