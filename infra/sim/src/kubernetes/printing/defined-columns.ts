import type { KubeObject } from "../kube-object.ts";
import type { Cell, Column } from "./columns.ts";
import { at, list, text } from "./fields.ts";
import { age } from "./human-duration.ts";

const NAME: Column = { name: "Name", format: "name", cell: (object) => object.metadata.name };
const AGE: Column = { name: "Age", cell: (object, nowMs) => age(object.metadata.creationTimestamp, nowMs) };

const scalar = (value: unknown): Cell => {
  if (typeof value === "string" || typeof value === "number" || typeof value === "boolean") return value;
  return value === undefined ? null : JSON.stringify(value);
};

/** Only plain paths such as `.status.phase`; others print nothing, as a real server prints what it does not find. */
const defined = (column: Record<string, unknown>): Column => {
  const path = text(column["jsonPath"], "").replace(/^\./, "");
  const isDate = column["type"] === "date";
  return {
    name: text(column["name"], ""),
    ...(Number(column["priority"] ?? 0) > 0 ? { wide: true as const } : {}),
    cell: (object, nowMs) => (isDate ? age(at(object, path), nowMs) : scalar(at(object, path))),
  };
};

/** The columns of a custom kind: its name, then what its definition adds, or its age. */
export const definedColumns = (definition: KubeObject, version: string): readonly Column[] => {
  const served = list(at(definition, "spec.versions")).find((candidate) => candidate["name"] === version);
  const added = list(served?.["additionalPrinterColumns"]).map(defined);
  return [NAME, ...(added.length === 0 ? [AGE] : added)];
};
