import type { ManagedObject } from "./managed-object.ts";
import { isData, isList, type Value } from "./value.ts";
import { invalidProperty } from "./vim-fault.ts";

const STEP = /^(\w+)(?:\[(?:"([^"]*)"|([^\]]*))\])?$/;

const textOf = (value: Value | undefined): string | undefined => {
  if (typeof value === "string") return value;
  if (typeof value !== "object") return undefined;
  if (value.kind === "ref") return value.id;
  return value.kind === "scalar" ? value.text : undefined;
};

const pick = (value: Value | undefined, key: string): Value | undefined =>
  isList(value) ? value.items.find((item) => isData(item) && textOf(item.fields["key"]) === key) : undefined;

const field = (value: Value, name: string, path: string): Value | undefined => {
  if (!isData(value) || !Object.hasOwn(value.fields, name)) throw invalidProperty(path);
  return value.fields[name];
};

const topLevel = (object: ManagedObject, name: string, path: string): Value | undefined => {
  const read = Object.hasOwn(object.properties, name) ? object.properties[name] : undefined;
  if (read === undefined) throw invalidProperty(path);
  return read();
};

/** `config.hardware.device[2000]` of an object; undefined when it is unset, fault `InvalidProperty` when it is not known. */
export const readPath = (object: ManagedObject, path: string): Value | undefined => {
  let value: Value | undefined;
  for (const [index, step] of path.split(".").entries()) {
    const [, name, quoted, bare] = STEP.exec(step) ?? [];
    if (name === undefined) throw invalidProperty(path);
    if (index > 0 && value === undefined) return undefined;
    value = value === undefined ? topLevel(object, name, path) : field(value, name, path);
    const key = quoted ?? bare;
    if (key !== undefined) value = pick(value, key);
  }
  return value;
};
