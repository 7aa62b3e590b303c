import type { Json } from "../kube-object.ts";
import { fieldsOf } from "./shape-fields.ts";
import { SHAPES } from "./shapes.ts";

export interface CheckedFields {
  /** The object without the fields that its kind does not have. */
  readonly value: Json;
  /** Paths of those: `spec.template.spec.containers[0].imagee`. */
  readonly unknown: readonly string[];
  /** What has another type than its field, worded as by Go's decoder. */
  readonly mistyped: readonly string[];
}

interface Findings {
  readonly unknown: string[];
  readonly mistyped: string[];
}

/** Where the walk is: `path` with list indices, `shape` is the owner of the field. */
interface Spot {
  readonly path: string;
  readonly shape: string;
  readonly type: string;
}

const GO_TYPES: Readonly<Record<string, string>> = {
  s: "string",
  t: "string",
  u: "string",
  y: "[]uint8",
  i: "int32",
  b: "bool",
  q: "intstr.IntOrString",
};

const ACCEPTS: Readonly<Record<string, (value: unknown) => boolean>> = {
  s: (value) => typeof value === "string",
  i: (value) => Number.isInteger(value),
  b: (value) => typeof value === "boolean",
  t: (value) => typeof value === "string",
  u: (value) => typeof value === "string",
  y: (value) => typeof value === "string",
  q: (value) => typeof value === "string" || typeof value === "number",
};

const isMap = (value: unknown): value is Json => typeof value === "object" && value !== null && !Array.isArray(value);

const goKind = (value: unknown): string => {
  if (Array.isArray(value)) return "array";
  if (typeof value === "boolean") return "bool";
  return isMap(value) ? "object" : typeof value;
};

const note = (value: unknown, { path, shape, type }: Spot, findings: Findings): unknown => {
  const told =
    GO_TYPES[type] ?? (type === "m" || type.startsWith("{") ? "map[string]string" : type.startsWith("[") ? `[]${type.slice(1, -1)}` : type);
  findings.mistyped.push(
    `json: cannot unmarshal ${goKind(value)} into Go struct field ${shape}.${path.replaceAll(/\[\d+\]/g, "")} of type ${told}`,
  );
  return value;
};

const walkMap = (value: unknown, spot: Spot, findings: Findings): unknown => {
  if (!isMap(value)) return note(value, spot, findings);
  const type = spot.type === "m" ? "s" : spot.type.slice(1, -1);
  const entries = Object.entries(value).filter(([, entry]) => entry !== null);
  // The decoder names the map, not the entry, when a value does not fit.
  return Object.fromEntries(entries.map(([key, entry]) => [key, walk(entry, { ...spot, type }, findings)]));
};

const walkShape = (value: unknown, spot: Spot, findings: Findings): unknown => {
  const fields = fieldsOf(spot.type);
  if (fields === undefined) return value;
  if (!isMap(value)) return note(value, spot, findings);
  const kept: Json = {};
  for (const [key, entry] of Object.entries(value)) {
    const type = fields.get(key)?.type;
    const path = spot.path === "" ? key : `${spot.path}.${key}`;
    if (type === undefined) findings.unknown.push(path);
    else if (entry !== null) kept[key] = walk(entry, { path, shape: spot.type, type }, findings);
  }
  return kept;
};

function walk(value: unknown, spot: Spot, findings: Findings): unknown {
  const { type } = spot;
  if (type === "*") return value;
  if (type.startsWith("[")) {
    if (!Array.isArray(value)) return note(value, spot, findings);
    const entry = type.slice(1, -1);
    return value.map((item: unknown, index) => walk(item, { ...spot, path: `${spot.path}[${index}]`, type: entry }, findings));
  }
  if (type === "m" || type.startsWith("{")) return walkMap(value, spot, findings);
  const accepts = ACCEPTS[type];
  if (accepts === undefined) return walkShape(value, spot, findings);
  return accepts(value) ? value : note(value, spot, findings);
}

/** Holds an object against the fields of its kind; kinds without a shape and custom ones are only looked at in their metadata. */
export const checkFields = (kind: string, body: Json, custom: boolean): CheckedFields => {
  const findings: Findings = { unknown: [], mistyped: [] };
  const { apiVersion, kind: given, ...rest } = body as Json & { apiVersion?: unknown; kind?: unknown };
  const isShaped = !custom && SHAPES[kind] !== undefined;
  const own = isShaped ? (walk(rest, { path: "", shape: kind, type: kind }, findings) as Json) : { ...rest };
  if (!isShaped && rest["metadata"] !== undefined) {
    own["metadata"] = walk(rest["metadata"], { path: "metadata", shape: kind, type: "ObjectMeta" }, findings);
  }
  const type = { ...(apiVersion === undefined ? {} : { apiVersion }), ...(given === undefined ? {} : { kind: given }) };
  return { value: { ...type, ...own }, ...findings };
};
