import { decodedFields, difference, encodedFields, NO_FIELDS, union, type FieldSet } from "./field-set.ts";
import type { FieldType } from "./field-type.ts";
import { isMap, type Fields } from "./parts.ts";
import { compared } from "./walks.ts";

export type Operation = "Apply" | "Update";

/** Who writes, by the name under which `managedFields` keeps it. */
export interface Writer {
  readonly manager: string;
  readonly apiVersion: string;
  readonly subresource?: string | undefined;
}

export interface Manager extends Writer {
  readonly operation: Operation;
  readonly time?: string;
  readonly fields: FieldSet;
}

export const isSameManager = (a: Omit<Manager, "fields">, b: Omit<Manager, "fields">): boolean =>
  a.manager === b.manager &&
  a.operation === b.operation &&
  a.subresource === b.subresource &&
  (a.operation === "Apply" || a.apiVersion === b.apiVersion);

const managerOf = (entry: unknown): Manager | undefined => {
  if (!isMap(entry)) return undefined;
  const { manager = "", operation, apiVersion, time, subresource } = entry as Readonly<Record<string, string | undefined>>;
  const fields = decodedFields(entry["fieldsV1"] ?? {});
  if ((operation !== "Apply" && operation !== "Update") || entry["fieldsType"] !== "FieldsV1") return undefined;
  if (apiVersion === undefined || apiVersion === "" || fields === undefined) return undefined;
  const optional = { ...(time === undefined ? {} : { time }), ...((subresource ?? "") === "" ? {} : { subresource }) };
  return { manager, operation, apiVersion, fields, ...optional };
};

/** The managers that `managedFields` names; undefined when one entry does not decode. */
export const decodedManagers = (entries: unknown): readonly Manager[] | undefined => {
  if (!Array.isArray(entries)) return entries === undefined ? [] : undefined;
  const managers = entries.map(managerOf).filter((manager) => manager !== undefined);
  return managers.length === entries.length ? managers : undefined;
};

const orderOf = ({ operation, time = "", manager, apiVersion, subresource = "" }: Manager): string =>
  [operation, time, manager, apiVersion, subresource].join("\n");

/** `managedFields` of an object; undefined when nobody manages any. */
export const encodedManagers = (managers: readonly Manager[]): readonly Fields[] | undefined => {
  const entries = managers
    .toSorted((a, b) => (orderOf(a) < orderOf(b) ? -1 : 1))
    .map(({ fields, subresource, time, ...rest }) => ({
      manager: rest.manager,
      operation: rest.operation,
      apiVersion: rest.apiVersion,
      ...(time === undefined ? {} : { time }),
      fieldsType: "FieldsV1",
      fieldsV1: encodedFields(fields),
      ...(subresource === undefined ? {} : { subresource }),
    }));
  return entries.length === 0 ? undefined : entries;
};

const setOf = (names: readonly string[]): FieldSet => new Map(names.map((name) => [`f:${name}`, { own: true, below: NO_FIELDS }]));

const SERVER_METADATA = setOf([
  "clusterName",
  "creationTimestamp",
  "generation",
  "managedFields",
  "name",
  "namespace",
  "resourceVersion",
  "selfLink",
  "uid",
]);

/** Fields that nobody manages. */
const UNMANAGED: FieldSet = new Map([...setOf(["apiVersion", "kind"]), ["f:metadata", { own: true, below: SERVER_METADATA }]]);

/** What a writer of a part of the object may own: all but the status, or only the status. */
export type Reach = "all" | "main" | "status";

/** The set without what nobody manages and what lies outside of the writer's reach. */
export const manageable = (fields: FieldSet, reach: Reach): FieldSet => {
  const kept = [...difference(fields, UNMANAGED)].filter(
    ([element]) => reach === "all" || (element === "f:status") === (reach === "status"),
  );
  return new Map(kept);
};

export interface Change {
  readonly type: FieldType;
  readonly before: unknown;
  readonly after: unknown;
  readonly reach: Reach;
  readonly writer: Writer;
  readonly now: string;
}

export const managed = (managers: readonly Manager[]): readonly Manager[] => managers.filter(({ fields }) => fields.size > 0);

/** The managers after an ordinary write: what it changed belongs to its writer, what it removed to nobody. */
export const afterUpdate = (managers: readonly Manager[], { type, before, after, reach, writer, now }: Change): readonly Manager[] => {
  const { added, modified, removed } = compared(type, before, after);
  const touched = union(added, modified);
  const lost = union(touched, removed);
  const left = managers.map((manager) => ({ ...manager, fields: difference(manager.fields, lost) }));
  const taken = manageable(touched, reach);
  if (taken.size === 0) return managed(left);
  const entry: Manager = { ...writer, operation: "Update", time: now, fields: taken };
  const earlier = left.find((manager) => isSameManager(manager, entry));
  const merged = earlier === undefined ? entry : { ...entry, fields: union(earlier.fields, taken) };
  return managed([...left.filter((manager) => manager !== earlier), merged]);
};
