import { builtInType } from "./built-in-type.ts";
import { DEDUCED, type FieldType, type ListKind } from "./field-type.ts";
import { isMap, type Fields } from "./parts.ts";

const listKind = (schema: Fields): ListKind => {
  const keys = schema["x-kubernetes-list-map-keys"];
  if (schema["x-kubernetes-list-type"] === "set") return "set";
  return schema["x-kubernetes-list-type"] === "map" && Array.isArray(keys) ? (keys as string[]) : "atomic";
};

const schemaType = (schema: unknown): FieldType => {
  if (!isMap(schema)) return DEDUCED;
  const properties = isMap(schema["properties"]) ? schema["properties"] : {};
  return {
    list: listKind(schema),
    atomic: schema["x-kubernetes-map-type"] === "atomic",
    closed: false,
    isField: (name) => Object.hasOwn(properties, name),
    field: (name) => schemaType(properties[name] ?? schema["additionalProperties"]),
    get entry() {
      return schemaType(schema["items"]);
    },
  };
};

const META = new Set(["apiVersion", "kind", "metadata"]);

/** The type of a custom kind as the schema of its definition says; without one, as its objects look. */
export const definedType = (schema: unknown): FieldType => {
  const own = schemaType(schema);
  return {
    ...own,
    isField: (name) => META.has(name) || own.isField(name),
    field: (name) => (name === "metadata" ? builtInType("Pod").field("metadata") : own.field(name)),
  };
};
