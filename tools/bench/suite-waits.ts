import { z } from "zod";
import { WAIT_TITLE } from "@kubera-e2e/schema/told-calls";
import { coveredMs, type Span } from "./spans.ts";

interface Step {
  readonly name: string;
  readonly start: number;
  readonly stop: number;
  readonly steps?: readonly Step[] | undefined;
}

const stepSchema: z.ZodType<Step> = z.lazy(() =>
  z.object({ name: z.string(), start: z.number(), stop: z.number(), steps: z.array(stepSchema).optional() }),
);

/** What the bench reads of an Allure result. */
export const storedTestSchema = z.object({
  name: z.string(),
  start: z.number(),
  stop: z.number(),
  labels: z.array(z.object({ name: z.string(), value: z.string() })),
  steps: z.array(stepSchema),
});

export type StoredTest = z.infer<typeof storedTestSchema>;

const CALL = /^(?<call>[A-Z]+ \/\S*) → \d+/;
const BED = /^bed (?:in state|with) .+: /;
const SECONDS = /(?:restored in|waited for|made in) (\d+(?:\.\d+)?) s/g;

const isAwaited = (name: string): boolean => CALL.test(name) || name.startsWith("Expect ");

const isWait = ({ name }: Step): boolean => name.startsWith(WAIT_TITLE);

/** A wait is one as a whole, with whatever it asked. */
const waitsOf = (steps: readonly Step[]): Step[] => steps.flatMap((step) => (isWait(step) ? [step] : waitsOf(step.steps ?? [])));

const leaves = (steps: readonly Step[]): Step[] => steps.flatMap((step) => (step.steps?.length ? leaves(step.steps) : [step]));

const spanOf = ({ start, stop }: Step): Span => ({ fromMs: start, toMs: stop });

/** The step is told once the bed is there; what it took stands in its words. */
const bedSpan = ({ name, start }: Step): Span => {
  const seconds = [...name.matchAll(SECONDS)].map(([, text]) => Number(text));
  return { fromMs: start - 1000 * seconds.reduce((sum, one) => sum + one, 0), toMs: start };
};

/** Between two questions that are the same lies the pause of one wait. */
const waitsBetween = (calls: readonly Step[]): Span[] =>
  calls.slice(1).flatMap((call, index) => {
    const before = calls[index];
    const isSame = before !== undefined && CALL.exec(before.name)?.groups?.["call"] === CALL.exec(call.name)?.groups?.["call"];
    return isSame ? [{ fromMs: before.stop, toMs: call.start }] : [];
  });

/** When a call, a wait, an expectation or the preparation of the bed was under way in a test, as its steps tell. */
export const awaitedSpans = ({ steps }: Pick<StoredTest, "steps">): Span[] => {
  const all = leaves(steps).toSorted((a, b) => a.start - b.start);
  const calls = all.filter(({ name }) => CALL.test(name));
  return [
    ...[...all.filter(({ name }) => isAwaited(name)), ...waitsOf(steps)].map(spanOf),
    ...all.filter(({ name }) => BED.test(name)).map(bedSpan),
    ...waitsBetween(calls),
  ];
};

const workerOf = ({ labels }: StoredTest): string => labels.find(({ name }) => name === "thread")?.value ?? "";

/** Parts of a run in which tests were in a call or a wait, as their steps tell. */
export interface Awaited {
  /** Of the wall time: in which some worker was. */
  readonly ofWall: number;
  /** Of the time of all workers: in which each was, its own start and what lies between its tests included. */
  readonly ofWorkers: number;
}

/** Throws without a test: a share of nothing is none. */
export const awaitedShares = (tests: readonly StoredTest[], run: Span): Awaited => {
  // What is left out by its title alone comes to no worker.
  const workers = [...new Set(tests.filter(({ steps }) => steps.length > 0).map(workerOf))];
  if (workers.length === 0) throw new Error("the run has stored no test");
  const partOf = (some: readonly StoredTest[]): number => coveredMs(some.flatMap(awaitedSpans), run) / (run.toMs - run.fromMs);
  const each = workers.map((worker) => partOf(tests.filter((one) => workerOf(one) === worker)));
  return { ofWall: partOf(tests), ofWorkers: each.reduce((sum, part) => sum + part, 0) / workers.length };
};
