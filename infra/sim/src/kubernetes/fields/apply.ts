import { sameJson } from "../plain-json.ts";
import { difference, intersection, NO_FIELDS, pathsOf, union, type FieldSet } from "./field-set.ts";
import type { FieldType } from "./field-type.ts";
import { afterUpdate, isSameManager, managed, manageable, type Manager, type Reach, type Writer } from "./managers.ts";
import { isMap, type Fields } from "./parts.ts";
import { compared, fieldsIn, merged, without, withStructures } from "./walks.ts";

/** A field that another manager owns with another value. */
export interface Conflict {
  readonly manager: Manager;
  readonly path: readonly string[];
}

export interface Application {
  readonly type: FieldType;
  readonly live: Fields;
  /** What the applier wants; fields it does not name are left alone. */
  readonly config: Fields;
  readonly managers: readonly Manager[];
  readonly writer: Writer;
  readonly reach: Reach;
  readonly force: boolean;
  readonly now: string;
}

export interface Applied {
  readonly object: Fields;
  readonly managers: readonly Manager[];
  readonly conflicts: readonly Conflict[];
}

/** Owner of all fields that an object had before anybody applied to it. */
const BEFORE_FIRST_APPLY = "before-first-apply";

const allOf = (managers: readonly Manager[]): FieldSet => managers.reduce((all, { fields }) => union(all, fields), NO_FIELDS);

/** Removes what the manager applied the last time, does not apply now, and nobody else owns. */
const pruned = (type: FieldType, object: unknown, sets: { readonly last: FieldSet; readonly owned: FieldSet }): unknown => {
  const whole = (set: FieldSet): FieldSet => withStructures(type, set);
  const last = whole(sets.last);
  const everything = whole(fieldsIn(type, object));
  const bare = whole(fieldsIn(type, without(type, object, last)));
  const gone = difference(everything, union(bare, whole(sets.owned)));
  const left = whole(fieldsIn(type, without(type, object, gone)));
  return without(type, object, intersection(difference(everything, left), last));
};

const withoutManagedFields = (object: Fields): Fields => {
  const { managedFields: _managed, ...metadata } = (object["metadata"] ?? {}) as Fields;
  return { ...object, metadata };
};

const firstManagers = ({ type, live, managers, writer, reach, now }: Application): readonly Manager[] =>
  managers.length > 0 || Object.keys(live).length === 0
    ? managers
    : afterUpdate([], { type, before: {}, after: live, reach, writer: { ...writer, manager: BEFORE_FIRST_APPLY }, now });

/** Lays a configuration over an object as server-side apply does, and tells whom that would take fields from. */
export const applied = (request: Application): Applied => {
  const { type, config, writer, reach, force, now } = request;
  const live = withoutManagedFields(request.live);
  const managers = firstManagers({ ...request, live });
  const mine: Manager = { ...writer, operation: "Apply", time: now, fields: manageable(fieldsIn(type, config), reach) };
  const last = managers.find((manager) => isSameManager(manager, mine));
  const others = managers.filter((manager) => manager !== last);
  const laid = merged(type, live, config);
  const object = last === undefined ? laid : pruned(type, laid, { last: last.fields, owned: allOf([...others, mine]) });
  const { added, modified, removed } = compared(type, live, object);
  const touched = union(added, modified);
  const conflicts = others.flatMap((manager) => pathsOf(intersection(manager.fields, touched)).map((path) => ({ manager, path })));
  const lost = force ? union(touched, removed) : removed;
  const left = others.map((manager) => ({ ...manager, fields: difference(manager.fields, lost) }));
  const isSame = last !== undefined && sameJson(live, object);
  const kept = isSame && last.time !== undefined ? { ...mine, time: last.time } : mine;
  return { object: isMap(object) ? object : {}, managers: managed([...left, kept]), conflicts: force ? [] : conflicts };
};
