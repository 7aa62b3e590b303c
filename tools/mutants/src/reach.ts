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

/** What programs that were at work for a test are told of late, and by how much clocks of two processes differ. */
const LATE_MS = 100;
const EARLY_MS = 50;

/** A test takes all the time to the next one: what Playwright calls its duration leaves out how its bed was made ready. */
export const reachOf = (ended: readonly EndedTest[], lines: readonly string[]): Reach => {
  const inOrder = ended.toSorted((a, b) => a.startMs - b.startMs);
  const tests = inOrder.filter(({ status }) => status === "passed");
  const places = inOrder.map((one) => tests.indexOf(one));
  const met: Record<string, Set<number>> = {};
  for (const line of lines) {
    const [at = "", id = ""] = line.split(" ");
    const first = inOrder.findLastIndex(({ startMs }) => startMs + LATE_MS <= Number(at));
    const last = inOrder.findLastIndex(({ startMs }) => startMs - EARLY_MS <= Number(at));
    // What comes before the first test is its bed's.
    for (let index = Math.max(first, 0); index <= Math.max(last, 0); index += 1) (met[id] ??= new Set()).add(places[index] ?? -1);
  }
  return {
    tests: tests.map(({ plan, title, ms, disturbs }) => ({ plan, title, ms, disturbs })),
    met: Object.fromEntries(
      Object.entries(met).map(([id, indices]) => [id, [...indices].filter((index) => index >= 0).toSorted((a, b) => a - b)]),
    ),
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
