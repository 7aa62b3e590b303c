import { readFileSync } from "node:fs";
import { join, posix } from "node:path";
import { planEntrySchema, type PlanEntry } from "@kubera-e2e/schema/plan-entry";
import { isMap, isSeq, LineCounter, parseDocument } from "yaml";
import { lineAt } from "./code-text.ts";
import { filesBelow, type House, type Violation } from "./house.ts";

interface Listed {
  readonly entry: PlanEntry;
  readonly file: string;
  readonly line: number;
}

interface Plans {
  readonly listed: readonly Listed[];
  readonly violations: readonly Violation[];
}

const NOTHING: Plans = { listed: [], violations: [] };

const both = (a: Plans, b: Plans): Plans => ({ listed: [...a.listed, ...b.listed], violations: [...a.violations, ...b.violations] });

const readEntry = (file: string, line: number, value: unknown): Plans => {
  const parsed = planEntrySchema.safeParse(value);
  if (parsed.success) return { listed: [{ entry: parsed.data, file, line }], violations: [] };
  const faults = parsed.error.issues.map(({ path, message }) => `${path.join(".") || "entry"}: ${message}`);
  return {
    listed: [],
    violations: [{ file, line, message: `not a plan entry: ${faults.join("; ")}. infra/schema/src/plan-entry.ts says what one holds.` }],
  };
};

const readPlan = (root: string, file: string): Plans => {
  const lines = new LineCounter();
  const document = parseDocument(readFileSync(join(root, file), "utf8"), { lineCounter: lines, prettyErrors: false });
  const lineOf = (offset: number | undefined): number => lines.linePos(offset ?? 0).line;
  const [syntax] = document.errors;
  if (syntax !== undefined)
    return { listed: [], violations: [{ file, line: lineOf(syntax.pos[0]), message: `${syntax.message}. Correct the YAML.` }] };
  if (!isSeq(document.contents))
    return { listed: [], violations: [{ file, line: 1, message: "a plan is a list of entries. Begin each with `- id: TCID-…`." }] };
  return document.contents.items
    .map((item) => readEntry(file, lineOf(isMap(item) ? item.range?.[0] : undefined), isMap(item) ? item.toJSON() : item))
    .reduce(both, NOTHING);
};

const twice = (listed: readonly Listed[]): Violation[] => {
  const first = new Map<string, Listed>();
  return listed.flatMap((one) => {
    const { id } = one.entry;
    const other = first.get(id);
    if (other === undefined) first.set(id, one);
    return other === undefined
      ? []
      : [{ file: one.file, line: one.line, message: `${id} stands in ${other.file}:${other.line} as well. Give one of them its own id.` }];
  });
};

/** `plan("TCID-…", { day: 0, priority: 1 })`, as specs name their case. */
const CALL = /\bplan\(\s*(["'`])([^"'`]+)\1(?:\s*,\s*\{([^}]*)\})?/g;

const numberIn = (tags: string, name: string): number | undefined => {
  const digits = new RegExp(`\\b${name}\\s*:\\s*(\\d)`).exec(tags)?.[1];
  return digits === undefined ? undefined : Number(digits);
};

const differences = (tags: string, { day, priority }: PlanEntry): string[] => {
  const [ownDay, ownPriority] = [numberIn(tags, "day"), numberIn(tags, "priority")];
  return [
    ...(ownDay !== undefined && ownDay !== day ? [`day ${ownDay}, the plan says ${day}`] : []),
    ...(ownPriority !== undefined && `P${ownPriority}` !== priority ? [`priority ${ownPriority}, the plan says ${priority}`] : []),
  ];
};

const callFaults = (id: string, tags: string, listed: readonly Listed[]): string[] => {
  const found = listed.find(({ entry }) => entry.id === id);
  if (found === undefined) return [`no plan.yaml lists ${id}. Add the case to the plan of its area, or correct the id.`];
  return differences(tags, found.entry).map((difference) => `${id}: ${difference}. Correct the spec, or ${found.file}:${found.line}.`);
};

const specFaults = (house: House, listed: readonly Listed[]): Violation[] =>
  house.sources
    .filter(({ path, room }) => room === "tests" && path.endsWith(".spec.ts"))
    .flatMap(({ path, text }) =>
      [...text.matchAll(CALL)].flatMap((match) =>
        callFaults(match[2] ?? "", match[3] ?? "", listed).map((message) => ({ file: path, line: lineAt(text, match.index), message })),
      ),
    );

/** Plans hold whole entries with ids of their own, and specs name cases that exist, with the day and priority of the plan. */
export const checkPlans = (house: House): Violation[] => {
  const files = filesBelow(house.root, "tests").filter((file) => posix.basename(file) === "plan.yaml");
  const { listed, violations } = files.map((file) => readPlan(house.root, file)).reduce(both, NOTHING);
  return [...violations, ...twice(listed), ...specFaults(house, listed)];
};
