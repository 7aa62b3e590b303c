import type { TestCase } from "@playwright/test/reporter";
import { diagnose } from "@kubera-e2e/diagnosis";
import type { Evidence, TestIdentity } from "@kubera-e2e/schema/evidence";
import type { Outcome, TestResultRecord } from "@kubera-e2e/schema/outcome";
import type { Target } from "@kubera-e2e/schema/target";
import type { Diagnosis } from "@kubera-e2e/schema/verdict";
import { errorText, evidenceOf } from "./evidence-of.ts";
import { exitOf } from "./exit-of.ts";
import { identityOf, reasonOf, rerunLine } from "./identity.ts";

/** What a reporter knows when a run has ended. */
export interface EndedRun {
  readonly run: string;
  readonly bed: string;
  readonly target: Target;
  readonly build: string;
  readonly rootDir: string;
  readonly sharded: boolean;
  readonly startedAt: Date;
  readonly endedAt: Date;
  readonly interrupted: boolean;
  readonly tests: readonly TestCase[];
  readonly errors: readonly string[];
  readonly runEvidence: readonly Evidence[];
  /** Whether a failing draft leaves the exit code alone; under CI it does not. */
  readonly draftsMayFail: boolean;
}

type Status = TestResultRecord["status"];

const statusOf = (test: TestCase): Status => {
  const last = test.results.at(-1);
  if (last === undefined || last.status === "interrupted") return "notRun";
  if (test.outcome() === "skipped") return reasonOf(test, "blocked") === undefined ? "skipped" : "blocked";
  return test.outcome() === "unexpected" ? "failed" : "passed";
};

const becauseOf = (test: TestCase, status: Status): string | undefined => {
  if (status === "passed") return undefined;
  if (status === "failed") return errorText(test.results.at(-1)?.errors[0]).split("\n")[0] || "it failed without an error";
  if (status === "notRun") return "the run ended before its turn";
  return reasonOf(test, "blocked") ?? reasonOf(test, "skip") ?? reasonOf(test, "fixme") ?? "skipped without a reason";
};

const recordOf = (test: TestCase, rootDir: string): TestResultRecord => {
  const status = statusOf(test);
  const because = becauseOf(test, status);
  return {
    test: identityOf(test, rootDir),
    status,
    durationMs: test.results.reduce((sum, { duration }) => sum + Math.max(duration, 0), 0),
    ...(because !== undefined && { because }),
    rerun: rerunLine(test),
  };
};

const countsOf = (records: readonly TestResultRecord[]): Outcome["counts"] => {
  const count = (status: Status): number => records.filter((record) => record.status === status).length;
  const [passed, failed, skipped, blocked, notRun] = [
    count("passed"),
    count("failed"),
    count("skipped"),
    count("blocked"),
    count("notRun"),
  ];
  return { planned: records.length, passed, failed, skipped, blocked, notRun };
};

const DRAFT = "@draft";

/** Whether a failure is told, and decides nothing: the spec says of itself that it is not finished. */
const isToleratedDraft = (test: TestCase, { draftsMayFail }: EndedRun): boolean =>
  draftsMayFail && test.tags.includes(DRAFT) && statusOf(test) === "failed";

const isSame = (a: TestIdentity, b: TestIdentity): boolean =>
  a.plan === b.plan && a.row === b.row && a.project === b.project && a.title === b.title && a.file === b.file;

const classOf = (identity: TestIdentity, { incidents }: Diagnosis): string =>
  incidents.find(({ tests }) => tests.some((test) => isSame(test, identity)))?.class ?? "unknown";

const isWorthTelling = ({ tests }: Diagnosis["incidents"][number]): boolean => tests.length > 0;

/** Judges a run that has ended: its diagnosis and its outcome. */
export const makeOutcome = (ended: EndedRun): { readonly outcome: Outcome; readonly diagnosis: Diagnosis } => {
  const records = ended.tests.map((test) => recordOf(test, ended.rootDir));
  const failed = ended.tests.filter((test) => statusOf(test) === "failed");
  const evidences = failed.flatMap((test) => evidenceOf(test, identityOf(test, ended.rootDir), ended));
  const diagnosis = diagnose({ run: ended.run, evidences: [...ended.runEvidence, ...evidences] });
  const counts = countsOf(records);
  const inSetUp = failed.filter((test) => reasonOf(test, "set-up") !== undefined).map((test) => identityOf(test, ended.rootDir));
  const drafts = ended.tests.filter((test) => isToleratedDraft(test, ended)).map((test) => identityOf(test, ended.rootDir));
  const failures = evidences.flatMap(({ test, error }) =>
    test === undefined || drafts.some((draft) => isSame(draft, test))
      ? []
      : [{ code: error?.code, class: classOf(test, diagnosis), inSetUp: inSetUp.some((other) => isSame(other, test)) }],
  );
  const { interrupted, sharded, errors } = ended;
  const outcome: Outcome = {
    schema: "kubera-e2e/outcome@1",
    run: ended.run,
    target: ended.target,
    bed: ended.bed,
    build: ended.build,
    startedAt: ended.startedAt.toISOString(),
    endedAt: ended.endedAt.toISOString(),
    interrupted,
    counts,
    tests: records,
    errors: [...errors],
    causes: diagnosis.incidents
      .filter(isWorthTelling)
      .map(({ cause, class: name, tests }) => ({ cause, class: name, tests: tests.length })),
    exit: exitOf({ interrupted, sharded, counts, drafts: drafts.length, failures, errors }),
  };
  return { outcome, diagnosis };
};
