import { ApiStatusError, badRequest } from "../api-status.ts";
import { sameJson } from "../plain-json.ts";

interface Operation {
  readonly op: string;
  readonly path: string;
  readonly from?: string;
  readonly value?: unknown;
}

type Container = Record<string, unknown> | unknown[];

const failed = (message: string): ApiStatusError => new ApiStatusError({ code: 422, reason: "Invalid", message });

const isContainer = (value: unknown): value is Container => typeof value === "object" && value !== null;

const isFields = (value: unknown): value is Record<string, unknown> => isContainer(value) && !Array.isArray(value);

const stepsOf = (pointer: string): string[] => {
  if (pointer === "") return [];
  if (!pointer.startsWith("/")) throw failed(`invalid JSON pointer "${pointer}": it must start with "/"`);
  return pointer
    .slice(1)
    .split("/")
    .map((step) => step.replaceAll("~1", "/").replaceAll("~0", "~"));
};

const missing = (pointer: string): ApiStatusError => failed(`the server rejected our request: path "${pointer}" does not exist`);

const indexOf = (list: readonly unknown[], step: string, pointer: string): number => {
  const index = Number(step);
  if (!/^(?:0|[1-9]\d*)$/.test(step) || index >= list.length) throw missing(pointer);
  return index;
};

const child = (value: unknown, step: string, pointer: string): unknown => {
  if (Array.isArray(value)) return value[indexOf(value, step, pointer)];
  if (!isFields(value) || !Object.hasOwn(value, step)) throw missing(pointer);
  return value[step];
};

const read = (document: unknown, pointer: string): unknown =>
  stepsOf(pointer).reduce<unknown>((value, step) => child(value, step, pointer), document);

const locate = (document: unknown, pointer: string): { holder: Container; step: string } => {
  const steps = stepsOf(pointer);
  const step = steps.pop() ?? "";
  const holder = steps.reduce<unknown>((value, next) => child(value, next, pointer), document);
  if (!isContainer(holder)) throw missing(pointer);
  return { holder, step };
};

const add = (document: unknown, pointer: string, value: unknown): unknown => {
  if (pointer === "") return value;
  const { holder, step } = locate(document, pointer);
  if (!Array.isArray(holder)) holder[step] = value;
  else if (step === "-" || step === String(holder.length)) holder.push(value);
  else holder.splice(indexOf(holder, step, pointer), 0, value);
  return document;
};

const remove = (document: unknown, pointer: string): unknown => {
  const { holder, step } = locate(document, pointer);
  child(holder, step, pointer);
  if (Array.isArray(holder)) holder.splice(Number(step), 1);
  else delete holder[step];
  return document;
};

const replace = (document: unknown, pointer: string, value: unknown): unknown => {
  if (pointer === "") return value;
  const { holder, step } = locate(document, pointer);
  child(holder, step, pointer);
  if (Array.isArray(holder)) holder[Number(step)] = value;
  else holder[step] = value;
  return document;
};

const test = (document: unknown, operation: Operation): unknown => {
  if (sameJson(read(document, operation.path), operation.value)) return document;
  throw failed(`testing value ${operation.path} failed`);
};

const move = (document: unknown, operation: Operation): unknown => {
  const from = operation.from ?? "";
  if (operation.path.startsWith(`${from}/`)) throw failed(`cannot move "${from}" into itself`);
  const value = read(document, from);
  return add(remove(document, from), operation.path, value);
};

const perform = (document: unknown, operation: Operation): unknown => {
  const { op, path } = operation;
  if (op === "add") return add(document, path, operation.value);
  if (op === "remove") return remove(document, path);
  if (op === "replace") return replace(document, path, operation.value);
  if (op === "move") return move(document, operation);
  if (op === "copy") return add(document, path, structuredClone(read(document, operation.from ?? "")));
  if (op === "test") return test(document, operation);
  throw badRequest(`Unexpected kind: ${op}`);
};

const isOperation = (value: unknown): value is Operation => {
  const { op, path, from } = (value ?? {}) as Partial<Record<keyof Operation, unknown>>;
  return typeof op === "string" && typeof path === "string" && (from === undefined || typeof from === "string");
};

/** RFC 6902 on a copy of the document. Errors: 400 for what is no patch, 422 when it does not fit the document. */
export const jsonPatch = (document: unknown, patch: unknown): unknown => {
  if (!Array.isArray(patch) || !patch.every(isOperation))
    throw badRequest("error decoding patch: it is not a list of JSON patch operations");
  return patch.reduce<unknown>((value, operation) => perform(value, structuredClone(operation)), structuredClone(document));
};
