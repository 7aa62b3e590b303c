import type { CoverageRow } from "./coverage.ts";

const COLUMNS = ["planned", "automated", "runnable", "assumption", "waived"] as const;
const HEADS: Readonly<Record<(typeof COLUMNS)[number], string>> = {
  planned: "planned",
  automated: "automated",
  runnable: "runnable here",
  assumption: "assumption",
  waived: "waived",
};

type Sums = Readonly<Record<(typeof COLUMNS)[number], number>>;

const sumsOf = (rows: readonly CoverageRow[]): Sums => {
  const sum = (column: (typeof COLUMNS)[number]): number => rows.reduce((all, row) => all + row[column], 0);
  return {
    planned: sum("planned"),
    automated: sum("automated"),
    runnable: sum("runnable"),
    assumption: sum("assumption"),
    waived: sum("waived"),
  };
};

const NAME_WIDTH = 12;

const lineOf = (name: string, sums: Sums): string =>
  `  ${name.padEnd(NAME_WIDTH)}${COLUMNS.map((column) => String(sums[column]).padStart(HEADS[column].length + 2)).join("")}`;

const groupLines = (rows: readonly CoverageRow[], by: "area" | "day" | "priority" | "kind"): string[] => {
  const names = [...new Set(rows.map((row) => String(row[by])))].toSorted();
  return [
    `  by ${by}`.padEnd(NAME_WIDTH + 2) + COLUMNS.map((column) => HEADS[column].padStart(HEADS[column].length + 2)).join(""),
    ...names.map((name) => lineOf(name, sumsOf(rows.filter((row) => String(row[by]) === name)))),
    "",
  ];
};

/** The rows as tables for a person: by area, day, priority and kind, and in all. */
export const renderCoverage = (rows: readonly CoverageRow[]): string =>
  [...(["area", "day", "priority", "kind"] as const).flatMap((by) => groupLines(rows, by)), lineOf("in all", sumsOf(rows))].join("\n");
