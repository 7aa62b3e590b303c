/** One test of a run with a mutant in it. */
export interface TestEnd {
  readonly plan: string;
  readonly status: "passed" | "failed" | "skipped";
  /** Whether it failed of the bed, before or beside what it asserts. */
  readonly inSetUp: boolean;
}

export interface RunEnd {
  readonly tests: readonly TestEnd[];
  /** Errors outside any test. */
  readonly errors: readonly string[];
}

/** `errored`: the simulator did not run as far as the specs, which is no merit of theirs. */
export type Verdict =
  | { readonly end: "killed"; readonly by: readonly string[] }
  | { readonly end: "survived" }
  | { readonly end: "errored"; readonly because: string };

const firstLine = (text: string): string => text.trim().split("\n")[0] ?? "";

/** Ids of which a test failed by what it asserts. */
export const redIds = ({ tests }: RunEnd): readonly string[] => [
  ...new Set(tests.filter(({ status, inSetUp }) => status === "failed" && !inSetUp).map(({ plan }) => plan)),
];

/** Whether so many tests ran, and all of them on beds that were made ready. */
export const isWhole = ({ tests, errors }: RunEnd, count: number): boolean =>
  errors.length === 0 && tests.length >= count && tests.every(({ status, inSetUp }) => status !== "skipped" && !inSetUp);

/** What the run of the named ids says of a mutant. */
export const judge = (run: RunEnd, named: readonly string[]): Verdict => {
  const by = redIds(run).filter((id) => named.includes(id));
  if (by.length > 0) return { end: "killed", by };
  const [error] = run.errors;
  if (error !== undefined) return { end: "errored", because: firstLine(error) };
  if (run.tests.some(({ status }) => status === "failed")) return { end: "errored", because: "the bed was not made ready" };
  const passed = new Set(run.tests.filter(({ status }) => status === "passed").map(({ plan }) => plan));
  const missing = named.filter((id) => !passed.has(id));
  return missing.length > 0 ? { end: "errored", because: `nothing ran of ${missing.join(", ")}` } : { end: "survived" };
};
