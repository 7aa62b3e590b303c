import { isMap, isSeq, LineCounter, parseDocument } from "yaml";
import { planEntrySchema, type PlanEntry } from "./plan-entry.ts";

/** An entry, and where it stands. */
export interface ListedCase {
  readonly entry: PlanEntry;
  readonly file: string;
  readonly line: number;
}

export interface PlanFault {
  readonly file: string;
  readonly line: number;
  readonly message: string;
}

export interface ParsedPlan {
  readonly listed: readonly ListedCase[];
  readonly faults: readonly PlanFault[];
}

const NOTHING: ParsedPlan = { listed: [], faults: [] };

const both = (a: ParsedPlan, b: ParsedPlan): ParsedPlan => ({ listed: [...a.listed, ...b.listed], faults: [...a.faults, ...b.faults] });

const areaOf = (file: string): string => file.split("/").at(-2) ?? "";

const strayArea = ({ entry, file, line }: ListedCase): PlanFault[] =>
  entry.area === areaOf(file)
    ? []
    : [{ file, line, message: `${entry.id} is of area ${entry.area}. Move it to tests/${entry.area}/plan.yaml, or correct its area.` }];

const readEntry = (file: string, line: number, value: unknown): ParsedPlan => {
  const parsed = planEntrySchema.safeParse(value);
  if (parsed.success) {
    const listed = { entry: parsed.data, file, line };
    return { listed: [listed], faults: strayArea(listed) };
  }
  const told = parsed.error.issues.map(({ path, message }) => `${path.join(".") || "entry"}: ${message}`);
  const message = `not a plan entry: ${told.join("; ")}. infra/schema/src/plan-entry.ts says what one holds.`;
  return { listed: [], faults: [{ file, line, message }] };
};

/** All entries of one `tests/<area>/plan.yaml` and all faults of it at once; `file` is named in both, and its folder is the area. */
export const parsePlan = (text: string, file: string): ParsedPlan => {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const lineOf = (offset: number | undefined): number => lines.linePos(offset ?? 0).line;
  const [syntax] = document.errors;
  if (syntax !== undefined)
    return { listed: [], faults: [{ file, line: lineOf(syntax.pos[0]), message: `${syntax.message}. Correct the YAML.` }] };
  if (!isSeq(document.contents))
    return { listed: [], faults: [{ file, line: 1, message: "a plan is a list of entries. Begin each with `- id: TCID-…`." }] };
  return document.contents.items
    .map((item) => readEntry(file, lineOf(isMap(item) ? item.range?.[0] : undefined), isMap(item) ? item.toJSON() : item))
    .reduce(both, NOTHING);
};

const nameOf = ({ entry }: ListedCase): string => `${entry.area}: ${entry.title.toLowerCase()}`;

const repeated = (listed: readonly ListedCase[], keyOf: (one: ListedCase) => string): [ListedCase, ListedCase][] => {
  const first = new Map<string, ListedCase>();
  return listed.flatMap((one): [ListedCase, ListedCase][] => {
    const other = first.get(keyOf(one));
    if (other === undefined) first.set(keyOf(one), one);
    return other === undefined ? [] : [[one, other]];
  });
};

/** Entries with the id of another, in whatever plan, and entries of one area with the same title. */
export const repeatedCases = (listed: readonly ListedCase[]): PlanFault[] => [
  ...repeated(listed, ({ entry }) => entry.id).map(([{ entry, file, line }, other]) => ({
    file,
    line,
    message: `${entry.id} stands in ${other.file}:${other.line} as well. Give one of them its own id.`,
  })),
  ...repeated(listed, nameOf)
    .filter(([one, other]) => one.entry.id !== other.entry.id)
    .map(([{ entry, file, line }, other]) => ({
      file,
      line,
      message: `${entry.id} has the title of ${other.entry.id} in line ${other.line}. Say what sets it apart, or remove one.`,
    })),
];
