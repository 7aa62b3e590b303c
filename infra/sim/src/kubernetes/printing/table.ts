import type { KubeObject } from "../kube-object.ts";
import { definedColumns } from "./defined-columns.ts";
import { COLUMNS, DEFAULT_COLUMNS, type Column } from "./columns.ts";

export interface TableOptions {
  readonly kind: string;
  readonly include: "Metadata" | "Object" | "None";
  readonly nowMs: number;
  /** The definition of a custom kind, whose additional columns are printed. */
  readonly definition: KubeObject | undefined;
  readonly version: string;
}

interface TableMeta {
  readonly withColumns: boolean;
  readonly metadata: object;
}

const embedded = (object: KubeObject, include: TableOptions["include"]): object | undefined => {
  if (include === "None") return undefined;
  if (include === "Object") return object;
  return { kind: "PartialObjectMetadata", apiVersion: "meta.k8s.io/v1", metadata: object.metadata };
};

const columnsOf = (options: TableOptions): readonly Column[] => {
  if (options.definition !== undefined) return definedColumns(options.definition, options.version);
  return COLUMNS[options.kind] ?? DEFAULT_COLUMNS;
};

/** A `Table` of `meta.k8s.io/v1`: the columns that kubectl prints, computed by the server. */
export const tableOf = (objects: readonly KubeObject[], options: TableOptions & TableMeta): object => {
  const columns = columnsOf(options);
  const columnDefinitions = columns.map(({ name, type, format, wide }) => ({
    name,
    type: type ?? "string",
    format: format ?? "",
    description: name,
    priority: wide === true ? 1 : 0,
  }));
  return {
    kind: "Table",
    apiVersion: "meta.k8s.io/v1",
    metadata: options.metadata,
    columnDefinitions: options.withColumns ? columnDefinitions : [],
    rows: objects.map((object) => ({
      cells: columns.map((column) => column.cell(object, options.nowMs)),
      object: embedded(object, options.include),
    })),
  };
};
