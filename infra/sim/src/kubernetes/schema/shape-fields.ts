import { SHAPES } from "./shapes.ts";

export interface ShapeField {
  readonly name: string;
  readonly type: string;
  /** `3`, or `2.10` for a field inside an inlined struct; undefined for what protobuf does not carry. */
  readonly number: string | undefined;
}

const parsed = new Map<string, ReadonlyMap<string, ShapeField>>();

const fieldOf = (entry: string): [string, ShapeField] => {
  const [name = "", rest = ""] = entry.split(":");
  const [type = "*", number] = rest.split("=");
  return [name, { name, type, number }];
};

/** The fields of a shape by name; undefined when there is no such shape. */
export const fieldsOf = (shape: string): ReadonlyMap<string, ShapeField> | undefined => {
  const known = parsed.get(shape);
  if (known !== undefined) return known;
  const text = SHAPES[shape];
  if (text === undefined) return undefined;
  const fields = new Map(text.split(" ").map(fieldOf));
  parsed.set(shape, fields);
  return fields;
};
