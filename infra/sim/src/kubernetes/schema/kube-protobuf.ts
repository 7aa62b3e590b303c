import type { Json } from "../kube-object.ts";
import { fieldsOf, type ShapeField } from "./shape-fields.ts";
import { wireFields, type WireField } from "./protobuf-reader.ts";

/** What the simulator has no numbers for; a client that sends it must speak JSON. */
export class UnknownProtobuf extends Error {}

const MAGIC = Buffer.from([0x6b, 0x38, 0x73, 0x00]);

/** Fields that Go holds as pointers: zero and false are told, not left out. Others are written even when they were not set. */
const TOLD_WHEN_ZERO = new Set([
  "automountServiceAccountToken",
  "backoffLimit",
  "completions",
  "controller",
  "defaultMode",
  "enableServiceLinks",
  "failedJobsHistoryLimit",
  "gracePeriodSeconds",
  "immutable",
  "optional",
  "orphanDependents",
  "parallelism",
  "partition",
  "replicas",
  "revisionHistoryLimit",
  "successfulJobsHistoryLimit",
  "suspend",
  "terminationGracePeriodSeconds",
  "ttlSecondsAfterFinished",
]);

const bytesOf = ({ value }: WireField): Buffer => {
  if (typeof value === "bigint") throw new Error("wrong wireType = 0");
  return value;
};

const numberOf = ({ value }: WireField): number => {
  if (typeof value !== "bigint") throw new Error("wrong wireType = 2");
  return Number(value);
};

const textOf = (field: WireField): string => bytesOf(field).toString("utf8");

const one = (fields: readonly WireField[], number: number): WireField | undefined => fields.find((field) => field.number === number);

/** A Quantity is a text in field 1; an IntOrString has its kind in 1, the number in 2 and the text in 3. */
const quantity = (bytes: Buffer): string | number | undefined => {
  const fields = wireFields(bytes);
  const first = one(fields, 1);
  if (first === undefined) return undefined;
  if (typeof first.value !== "bigint") return textOf(first);
  const chosen = one(fields, first.value === 0n ? 2 : 3);
  if (chosen === undefined) return undefined;
  return typeof chosen.value === "bigint" ? Number(chosen.value) : textOf(chosen);
};

const time = (bytes: Buffer, digits: 0 | 6): string | undefined => {
  const fields = wireFields(bytes);
  const seconds = one(fields, 1);
  if (seconds === undefined) return undefined;
  const nanos = one(fields, 2);
  const fraction =
    digits === 0
      ? ""
      : `.${String(nanos === undefined ? 0 : numberOf(nanos))
          .padStart(9, "0")
          .slice(0, digits)}`;
  return `${new Date(numberOf(seconds) * 1000).toISOString().slice(0, 19)}${fraction}Z`;
};

const SCALARS: Readonly<Record<string, (field: WireField) => unknown>> = {
  s: textOf,
  i: numberOf,
  b: (field) => numberOf(field) !== 0,
  q: (field) => quantity(bytesOf(field)),
  t: (field) => time(bytesOf(field), 0),
  u: (field) => time(bytesOf(field), 6),
  y: (field) => bytesOf(field).toString("base64"),
};

const decodeValue = (wire: WireField, type: string, path: string): unknown => {
  const scalar = SCALARS[type];
  return scalar === undefined ? decodeShape(bytesOf(wire), type, path) : scalar(wire);
};

const EMPTY = new Set<unknown>(["", 0, false, undefined]);

const setField = (target: Json, { name, type }: ShapeField, found: { wire: WireField; path: string }): void => {
  const { wire, path } = found;
  if (type.startsWith("[")) {
    const list = (target[name] ?? []) as unknown[];
    target[name] = [...list, decodeValue(wire, type.slice(1, -1), path)];
  } else if (type === "m" || type.startsWith("{")) {
    const entry = wireFields(bytesOf(wire));
    const [key, value] = [one(entry, 1), one(entry, 2)];
    const decoded = value === undefined ? "" : decodeValue(value, type === "m" ? "s" : type.slice(1, -1), path);
    target[name] = { ...(target[name] as Json | undefined), [key === undefined ? "" : textOf(key)]: decoded };
  } else {
    const value = decodeValue(wire, type, path);
    if (!EMPTY.has(value) || (value !== "" && TOLD_WHEN_ZERO.has(name))) target[name] = value;
  }
};

interface Scope {
  readonly byNumber: ReadonlyMap<string, ShapeField>;
  /** Numbers of the inlined structs around the message: `2.`. */
  readonly prefix: string;
  readonly path: string;
}

const decodeFields = (target: Json, bytes: Buffer, { byNumber, prefix, path }: Scope): Json => {
  for (const wire of wireFields(bytes)) {
    const number = `${prefix}${wire.number}`;
    const field = byNumber.get(number);
    const isInlined = [...byNumber.keys()].some((known) => known.startsWith(`${number}.`));
    if (field?.name === "status" || (field?.name === "managedFields" && path.endsWith("metadata"))) continue;
    if (field !== undefined) setField(target, field, { wire, path: `${path}.${field.name}` });
    else if (isInlined) decodeFields(target, bytesOf(wire), { byNumber, prefix: `${number}.`, path });
    else throw new UnknownProtobuf(`${path} has a field ${number} that this server has no name for`);
  }
  return target;
};

function decodeShape(bytes: Buffer, shape: string, path: string): Json {
  const fields = fieldsOf(shape);
  if (fields === undefined) throw new UnknownProtobuf(`${path} has a shape that this server knows in JSON only`);
  const numbered = [...fields.values()].filter((field) => field.number !== undefined);
  const byNumber = new Map(numbered.map((field) => [field.number ?? "", field]));
  return decodeFields({}, bytes, { byNumber, prefix: "", path });
}

/**
 * An object as Go clients send it by `application/vnd.kubernetes.protobuf`; a status is left out, since no door that takes
 * protobuf here writes one. Errors: `UnknownProtobuf` for kinds and fields without a number, `Error` for what is no protobuf.
 */
export const decodeKubeProtobuf = (body: Buffer): Json => {
  if (!body.subarray(0, MAGIC.length).equals(MAGIC))
    throw new Error("provided data does not appear to be a protobuf message, expected prefix 6b387300");
  const envelope = wireFields(body.subarray(MAGIC.length));
  const [meta, raw] = [one(envelope, 1), one(envelope, 2)];
  const type = meta === undefined ? [] : wireFields(bytesOf(meta));
  const [version, kind] = [one(type, 1), one(type, 2)].map((field) => (field === undefined ? "" : textOf(field)));
  const object = decodeShape(raw === undefined ? Buffer.alloc(0) : bytesOf(raw), kind ?? "", kind ?? "");
  return { apiVersion: version, kind, ...object };
};
