import { appliesTo, type PlanEntry } from "@kubera-e2e/schema/plan-entry";
import type { PlanNeed } from "@kubera-e2e/schema/plan-needs";
import type { WholePlan } from "./read-plan.ts";

/** How many cases of one area, day, priority and kind there are, and how many of those have a property. A case may count in several columns. */
export interface CoverageRow {
  readonly area: string;
  readonly day: PlanEntry["day"];
  readonly priority: PlanEntry["priority"];
  readonly kind: PlanEntry["kind"];
  /** Entries of the plan that apply to the build under test, waived ones too. */
  readonly planned: number;
  /** Of these, named by at least one spec that is no draft. That the spec passes is the ledger's to say, not the plan's. */
  readonly automated: number;
  /** Of the planned ones, automated or not, those whose every need the bed gives. */
  readonly runnable: number;
  /** Of the automated ones, those where at least one finished spec rests on an assumption about Director's contract. */
  readonly assumption: number;
  /** Of the planned ones, those with a waiver: a reason and a date in the plan. */
  readonly waived: number;
}

/** What is known of one case; the sums of the rows are made of these. */
export interface CaseStanding {
  readonly entry: PlanEntry;
  readonly automated: boolean;
  readonly runnable: boolean;
  readonly assumption: boolean;
  readonly waived: boolean;
}

/** Where the cases are to be counted. */
export interface CountedFor {
  readonly build: string;
  readonly gives: ReadonlySet<PlanNeed>;
}

/** The standing of each case that applies to the build, in the order of the plan. */
export const standingOf = ({ listed, named }: WholePlan, { build, gives }: CountedFor): CaseStanding[] => {
  const finished = named.filter(({ isDraft }) => !isDraft);
  const automated = new Set(finished.map(({ id }) => id));
  const assumed = new Set(finished.flatMap(({ id, assumption }) => (assumption === undefined ? [] : [id])));
  return listed
    .filter(({ entry }) => appliesTo(entry, build))
    .map(({ entry }) => ({
      entry,
      automated: automated.has(entry.id),
      runnable: entry.needs.every((need) => gives.has(need)),
      assumption: assumed.has(entry.id),
      waived: entry.waived !== undefined,
    }));
};

const keyOf = ({ area, day, priority, kind }: PlanEntry): string => [area, day, priority, kind].join(" ");

const byKey = (cases: readonly CaseStanding[]): [string, CaseStanding[]][] => {
  const groups = new Map<string, CaseStanding[]>();
  for (const one of cases) groups.set(keyOf(one.entry), [...(groups.get(keyOf(one.entry)) ?? []), one]);
  return [...groups].toSorted(([a], [b]) => a.localeCompare(b));
};

const rowOf = (cases: readonly CaseStanding[], { area, day, priority, kind }: PlanEntry): CoverageRow => {
  const count = (column: "automated" | "runnable" | "assumption" | "waived"): number => cases.filter((one) => one[column]).length;
  return {
    area,
    day,
    priority,
    kind,
    planned: cases.length,
    automated: count("automated"),
    runnable: count("runnable"),
    assumption: count("assumption"),
    waived: count("waived"),
  };
};

/** One row for each area, day, priority and kind that has a case, sorted by these. */
export const coverageRows = (cases: readonly CaseStanding[]): CoverageRow[] =>
  byKey(cases).flatMap(([, group]) => group.slice(0, 1).map(({ entry }) => rowOf(group, entry)));

/** Cases that could be automated here and are not, nor waived, the most important ones first. */
export const openCases = (cases: readonly CaseStanding[]): PlanEntry[] =>
  cases
    .filter(({ automated, runnable, waived }) => runnable && !automated && !waived)
    .map(({ entry }) => entry)
    .toSorted((a, b) => a.priority.localeCompare(b.priority) || a.day - b.day || a.id.localeCompare(b.id));
