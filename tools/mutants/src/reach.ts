import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { z } from "zod";
import type { EndedTest } from "./trial-report.ts";

const reachSchema = z.object({
  /** Tests that passed without any mutant, in the order in which they ran; each costs so many milliseconds. */
  tests: z.array(z.object({ plan: z.string(), title: z.string(), ms: z.number(), disturbs: z.boolean() })),
  /** By mutant: the indices of those tests during which its place was met. */
  met: z.record(z.string(), z.array(z.number())),
});

/** Which test meets the place of which mutant; one that does not meet it cannot notice it. */
export type Reach = z.infer<typeof reachSchema>;

/** What is told of a test late, by programs that were at work for it. */
const LATE_MS = 100;
/** Clocks of two processes. */
const EARLY_MS = 50;

/** What is met between two tests belongs to the second: its bed is made ready then. */
export const reachOf = (ended: readonly EndedTest[], lines: readonly string[]): Reach => {
  const tests = ended.filter(({ status }) => status === "passed").toSorted((a, b) => a.startMs - b.startMs);
  const met: Record<string, Set<number>> = {};
  for (const line of lines) {
    const [at = "", id = ""] = line.split(" ");
    const first = tests.findIndex(({ startMs, ms }) => Number(at) <= startMs + ms + LATE_MS);
    const next = tests[first + 1];
    if (first >= 0) (met[id] ??= new Set()).add(first);
    if (next !== undefined && Number(at) >= next.startMs - EARLY_MS) met[id]?.add(first + 1);
  }
  return {
    tests: tests.map(({ plan, title, ms, disturbs }) => ({ plan, title, ms, disturbs })),
    met: Object.fromEntries(Object.entries(met).map(([id, indices]) => [id, [...indices].toSorted((a, b) => a - b)])),
  };
};

const fileOf = (root: string): string => join(root, "_artifacts", "mutants", "reach.json");

/** Undefined when nobody has recorded it. */
export const readReach = (root: string): Reach | undefined =>
  existsSync(fileOf(root)) ? reachSchema.parse(JSON.parse(readFileSync(fileOf(root), "utf8"))) : undefined;

export const writeReach = (root: string, reach: Reach): void => {
  mkdirSync(dirname(fileOf(root)), { recursive: true });
  writeFileSync(fileOf(root), JSON.stringify(reach));
};
