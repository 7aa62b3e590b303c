import { z } from "zod";
import { readTitle } from "./trial-titles.ts";
import { DISTURBS } from "./trial-hooks.ts";

const annotationSchema = z.object({ type: z.string(), description: z.string().optional() });
const resultSchema = z.object({
  status: z.string(),
  startTime: z.string(),
  duration: z.number(),
  annotations: z.array(annotationSchema).default([]),
});
const specSchema = z.object({
  title: z.string(),
  tests: z.array(z.object({ annotations: z.array(annotationSchema), results: z.array(resultSchema) })),
});

interface Suite {
  readonly specs: readonly z.infer<typeof specSchema>[];
  readonly suites?: readonly Suite[] | undefined;
}

const suiteSchema: z.ZodType<Suite> = z.lazy(() => z.object({ specs: z.array(specSchema), suites: z.array(suiteSchema).optional() }));
const reportSchema = z.object({ suites: z.array(suiteSchema), errors: z.array(z.object({ message: z.string().default("") })) });

/** On a test whose bed did not come to its state. */
const SET_UP = "set-up";

/** One test of a woven run. */
export interface EndedTest {
  readonly plan: string;
  /** As the spec has it. */
  readonly title: string;
  /** The mutant under which it ran, or after which it was run without; undefined for neither. */
  readonly mutant: string | undefined;
  readonly isControl: boolean;
  readonly status: "passed" | "failed" | "skipped";
  /** Whether it failed of the bed, before or beside what it asserts. */
  readonly inSetUp: boolean;
  readonly disturbs: boolean;
  /** Milliseconds since 1970. */
  readonly startMs: number;
  readonly ms: number;
}

const statusOf = (status: string): EndedTest["status"] =>
  status === "passed" ? "passed" : status === "skipped" || status === "interrupted" ? "skipped" : "failed";

const endedOf = (title: string, { annotations, results }: z.infer<typeof specSchema>["tests"][number]): readonly EndedTest[] => {
  const last = results.at(-1);
  if (last === undefined) return [];
  const { title: ownTitle, trial } = readTitle(title);
  const told = [...annotations, ...last.annotations];
  return [
    {
      plan: told.find(({ type }) => type === "plan")?.description ?? "",
      title: ownTitle,
      mutant: trial?.id,
      isControl: trial?.isControl === true,
      status: statusOf(last.status),
      // A mutant lives once the bed is there, so that what it breaks is none of the bed's, whatever error it comes to.
      inSetUp: told.some(({ type }) => type === SET_UP),
      disturbs: told.some(({ type }) => type === DISTURBS),
      startMs: Date.parse(last.startTime),
      ms: last.duration,
    },
  ];
};

const endsOf = ({ specs, suites = [] }: Suite): readonly EndedTest[] => [
  ...specs.flatMap(({ title, tests }) => tests.flatMap((one) => endedOf(title, one))),
  ...suites.flatMap(endsOf),
];

/** What Playwright's JSON report tells of a woven run. Throws what kept the specs from being loaded. */
export const readTrialReport = (text: string): readonly EndedTest[] => {
  const { suites, errors } = reportSchema.parse(JSON.parse(text));
  const ended = suites.flatMap(endsOf);
  const [first] = errors;
  if (ended.length === 0) throw new Error(`no test ran: ${first?.message ?? "Playwright does not say why"}`);
  return ended;
};
