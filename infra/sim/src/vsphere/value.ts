/** A scalar of vim25: `xsd:int` and the like, or the name of an enumeration. */
export interface Scalar {
  readonly kind: "scalar";
  readonly type: string;
  readonly text: string;
}

/** A managed object reference. */
export interface Ref {
  readonly kind: "ref";
  readonly type: string;
  readonly id: string;
}

/** A data object; a field that is there with `undefined` is known and unset. */
export interface Data {
  readonly kind: "data";
  readonly type: string;
  readonly fields: Fields;
}

export type Fields = Readonly<Record<string, Value | undefined>>;

export interface List {
  readonly kind: "list";
  readonly of: string;
  readonly items: readonly Value[];
}

/** A value whose declared type is `xsd:anyType`: it carries its own type on the wire. */
export interface Anything {
  readonly kind: "anything";
  readonly value: Value;
}

/** What a property or a field holds; plain strings are `xsd:string`, plain booleans `xsd:boolean`. */
export type Value = string | boolean | Scalar | Ref | Data | List | Anything;

const scalar = (type: string, text: string): Scalar => ({ kind: "scalar", type, text });

export const int = (value: number): Scalar => scalar("xsd:int", String(Math.trunc(value)));
export const long = (value: number): Scalar => scalar("xsd:long", String(Math.trunc(value)));
export const time = (at: number | string | Date): Scalar => scalar("xsd:dateTime", new Date(at).toISOString());
export const enumeration = (type: string, text: string): Scalar => scalar(type, text);
export const ref = (type: string, id: string): Ref => ({ kind: "ref", type, id });
export const data = (type: string, fields: Fields): Data => ({ kind: "data", type, fields });
export const list = (of: string, items: readonly Value[]): List => ({ kind: "list", of, items });
export const refs = (items: readonly Ref[]): List => list("ManagedObjectReference", items);
export const anything = (value: Value): Anything => ({ kind: "anything", value });

export const isData = (value: Value | undefined): value is Data => typeof value === "object" && value.kind === "data";
export const isList = (value: Value | undefined): value is List => typeof value === "object" && value.kind === "list";
const isRef = (value: Value | undefined): value is Ref => typeof value === "object" && value.kind === "ref";

/** All references that a property holds: one, several or none. */
export const refsIn = (value: Value | undefined): readonly Ref[] => {
  if (isRef(value)) return [value];
  return isList(value) ? value.items.filter(isRef) : [];
};
