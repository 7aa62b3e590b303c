import { isMap, isPair, isScalar, isSeq, LineCounter, parseDocument, visit, type Document } from "yaml";
import type { z } from "zod";
import { KuberaError } from "./kubera-error.ts";
import { testBedSchema, type TestBed } from "./test-bed.ts";

/** Values that `${a.b}` in a bed's file refers to, by their dotted names. */
export type BedValues = ReadonlyMap<string, string>;

export interface BedFault {
  readonly line: number;
  readonly column: number;
  readonly message: string;
}

interface Source {
  readonly document: Document.Parsed;
  readonly lines: LineCounter;
}

const place = (source: Source, offset: number | undefined, message: string): BedFault => {
  const { line, col } = source.lines.linePos(offset ?? 0);
  return { line, column: col, message };
};

interface Step {
  readonly node: unknown;
  readonly offset: number | undefined;
}

const startOf = (node: unknown): number | undefined => (isMap(node) || isSeq(node) || isScalar(node) ? node.range?.[0] : undefined);

/** The child of a node under one part of a path; undefined when the file has none. */
const childOf = (node: unknown, part: PropertyKey): Step | undefined => {
  if (isSeq(node)) {
    const item = node.items[Number(part)];
    return item === undefined ? undefined : { node: item, offset: startOf(item) };
  }
  if (!isMap(node)) return undefined;
  const pair = node.items.find((item) => isPair(item) && isScalar(item.key) && item.key.value === part);
  return pair === undefined ? undefined : { node: pair.value, offset: startOf(pair.key) };
};

/** The offset of the deepest node that the path still reaches; for an unknown key, that key itself. */
const offsetOf = (source: Source, path: readonly PropertyKey[], key?: string): number | undefined => {
  let step: Step = { node: source.document.contents, offset: startOf(source.document.contents) };
  for (const part of key === undefined ? path : [...path, key]) {
    const child = childOf(step.node, part);
    if (child === undefined) break;
    step = { node: child.node, offset: child.offset ?? step.offset };
  }
  return step.offset;
};

const dotted = (path: readonly PropertyKey[]): string => path.map(String).join(".");

const faultsOfIssue = (source: Source, issue: z.core.$ZodIssue): BedFault[] => {
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => place(source, offsetOf(source, issue.path, key), `${dotted([...issue.path, key])}: unknown key`));
  }
  return [place(source, offsetOf(source, issue.path), `${dotted(issue.path)}: ${issue.message}`)];
};

const REFERENCE = /\$\{([A-Za-z0-9_.-]+)\}/g;

/** Replaces each `${name}` by its value, in place; an unknown name is a fault. */
const fillIn = (source: Source, values: BedValues): BedFault[] => {
  const faults: BedFault[] = [];
  visit(source.document, {
    Scalar: (_key, node) => {
      if (typeof node.value !== "string") return;
      node.value = node.value.replaceAll(REFERENCE, (whole, name: string) => {
        const value = values.get(name);
        if (value === undefined)
          faults.push(place(source, node.range?.[0], `${whole}: no value of this name; KUBERA_VALUES names the file that gives it`));
        return value ?? "https://value.missing";
      });
    },
  });
  return faults;
};

/** An alias without an anchor, or one that grows without end, shows only when the document is resolved. */
const resolve = (source: Source): { readonly value?: unknown; readonly faults: readonly BedFault[] } => {
  try {
    return { value: source.document.toJS() as unknown, faults: [] };
  } catch (error) {
    return { faults: [place(source, 0, error instanceof Error ? error.message : String(error))] };
  }
};

/** All faults of a bed's file at once, in the order of its lines, or the bed. */
export const inspectTestBed = (text: string, values: BedValues): { readonly bed?: TestBed; readonly faults: readonly BedFault[] } => {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: true });
  const source = { document, lines };
  const syntax = document.errors.map((error) => place(source, error.pos[0], error.message));
  if (document.contents === null) return { faults: [{ line: 1, column: 1, message: "the file is empty" }] };
  const missing = fillIn(source, values);
  const resolved = resolve(source);
  if (resolved.faults.length > 0) return { faults: [...syntax, ...missing, ...resolved.faults] };
  const parsed = testBedSchema.safeParse(resolved.value);
  const faults = [...syntax, ...missing, ...(parsed.success ? [] : parsed.error.issues.flatMap((issue) => faultsOfIssue(source, issue)))];
  if (faults.length > 0 || !parsed.success) return { faults: faults.toSorted((a, b) => a.line - b.line || a.column - b.column) };
  return { bed: parsed.data, faults };
};

/**
 * A test bed from the text of its file.
 *
 * Error: `BED_INVALID` with every fault as `file:line:column`.
 */
export const parseTestBed = (text: string, file: string, values: BedValues = new Map()): TestBed => {
  const { bed, faults } = inspectTestBed(text, values);
  if (bed !== undefined) return bed;
  throw new KuberaError("BED_INVALID", {
    what: `${file} has ${faults.length} ${faults.length === 1 ? "fault" : "faults"}`,
    where: faults.map((fault) => `${file}:${fault.line}:${fault.column}  ${fault.message}`).join("\n           "),
    because: "a bed is used only when its whole file is understood",
    fix: "Correct the lines above; infra/testbeds/schema.json describes every key and editors can check it while you type.",
  });
};
