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

/** Tests that were not green without any mutant: not recorded, they would count as green under each. */
export const notGreen = (ended: readonly EndedTest[]): readonly string[] =>
  ended.filter(({ status }) => status !== "passed").map(({ plan, title }) => `${plan} ${title}`);

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

/** What was recorded, but for some tests. */
export const withoutTests = ({ tests, met }: Reach, isOut: (test: Reach["tests"][number]) => boolean): Reach => {
  const kept = tests.flatMap((one, index) => (isOut(one) ? [] : [index]));
  const placeOf = new Map(kept.map((index, place) => [index, place]));
  const places = (indices: readonly number[]): number[] => indices.flatMap((index) => placeOf.get(index) ?? []);
  return {
    tests: tests.filter((one) => !isOut(one)),
    met: Object.fromEntries(Object.entries(met).map(([id, indices]) => [id, places(indices)])),
  };
};

/** What was recorded before, with what was recorded anew in place of the same tests. */
export const mergedReach = (before: Reach, anew: Reach): Reach => {
  const keyOf = ({ plan, title }: Reach["tests"][number]): string => `${plan}|${title}`;
  const fresh = new Set(anew.tests.map(keyOf));
  const kept = withoutTests(before, (test) => fresh.has(keyOf(test)));
  const ids = [...new Set([...Object.keys(kept.met), ...Object.keys(anew.met)])];
  const metBy = (id: string): number[] => [...(kept.met[id] ?? []), ...(anew.met[id] ?? []).map((index) => index + kept.tests.length)];
  return { tests: [...kept.tests, ...anew.tests], met: Object.fromEntries(ids.map((id) => [id, metBy(id)])) };
};

const fileOf = (root: string): string => join(root, "_artifacts", "mutants", "reach.json");

/** Undefined when nobody has recorded it. */
export const readReach = (root: string): Reach | undefined =>
  existsSync(fileOf(root)) ? reachSchema.parse(JSON.parse(readFileSync(fileOf(root), "utf8"))) : undefined;

export const writeReach = (root: string, reach: Reach): void => {
  mkdirSync(dirname(fileOf(root)), { recursive: true });
  writeFileSync(fileOf(root), JSON.stringify(reach));
};
