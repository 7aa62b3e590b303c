import { pathText } from "./field-set.ts";
import type { FieldType } from "./field-type.ts";
import { elementOf, isMap, partsOf } from "./parts.ts";

const listFaults = (type: FieldType, list: readonly unknown[], path: string): string[] => {
  const { list: keys } = type;
  if (typeof keys === "string" && keys === "atomic") return [];
  const elements = list.map((entry) => elementOf(type, entry) ?? "");
  const twice = [...new Set(elements.filter((element, index) => elements.indexOf(element) !== index))];
  const missing = list.flatMap((entry, index) => {
    const absent =
      typeof keys === "string" ? undefined : keys.find((key) => key !== "protocol" && (!isMap(entry) || entry[key] === undefined));
    if (absent === undefined) return [];
    return [
      `${path}: element ${index}: associative list with keys has an element that omits key field "${absent}" (and doesn't have default value)`,
    ];
  });
  return [...missing, ...twice.map((element) => `${path}: duplicate entries for key ${pathText([element])}`)];
};

/** What a configuration may not be applied for, in the words of a real server; empty when nothing is wrong. */
export const configFaults = (type: FieldType, value: unknown, path = ""): string[] => {
  const own = Array.isArray(value) ? listFaults(type, value, path) : [];
  if (own.length > 0) return own;
  return [...(partsOf(type, value) ?? [])].flatMap(([element, part]) => {
    const place = `${path}${pathText([element])}`;
    if (type.closed && element.startsWith("f:") && !part.isField) return [`${place}: field not declared in schema`];
    return configFaults(part.type, part.value, place);
  });
};
