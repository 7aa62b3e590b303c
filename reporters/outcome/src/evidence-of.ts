import { readFileSync } from "node:fs";
import type { TestCase, TestError, TestResult } from "@playwright/test/reporter";
import { wireFromText } from "@kubera-e2e/schema/error-text";
import { EVIDENCE_ATTACHMENT, type Evidence, evidenceSchema, type TestIdentity } from "@kubera-e2e/schema/evidence";
import type { Target } from "@kubera-e2e/schema/target";

// Built, so that no control character stands in the source.
const COLOUR = new RegExp(`${String.fromCharCode(27)}\\[[0-9;]*m`, "g");

/** What Playwright kept of an error, without colours. */
export const errorText = (error: TestError | undefined): string => (error?.message ?? error?.value ?? "").replaceAll(COLOUR, "");

interface RunParts {
  readonly run: string;
  readonly target: Target;
  readonly bed: string;
}

/** Evidence of a test that attached none: its time and its error are known all the same. */
const bareEvidence = (run: RunParts, result: TestResult, because: string): Evidence => ({
  schema: "kubera-e2e/evidence@1",
  run: run.run,
  target: run.target,
  bed: run.bed,
  window: { from: result.startTime.toISOString(), to: new Date(result.startTime.getTime() + Math.max(result.duration, 0)).toISOString() },
  facts: [],
  gaps: [{ collector: "evidence of the test", because }],
});

const attached = (result: TestResult, run: RunParts): Evidence[] =>
  result.attachments
    .filter(({ name }) => name === EVIDENCE_ATTACHMENT)
    .map(({ body, path }) => {
      try {
        const text = body?.toString("utf8") ?? (path === undefined ? "" : readFileSync(path, "utf8"));
        return evidenceSchema.parse(JSON.parse(text));
      } catch (error) {
        return bareEvidence(run, result, `its attachment cannot be read: ${error instanceof Error ? error.message : String(error)}`);
      }
    });

/** Facts of one attempt, spoken for nobody: they still tell of the run. */
const anonymous = ({ test: _test, error: _error, ...rest }: Evidence): Evidence => rest;

/** Evidence of one failed test: the last attempt speaks for the test, the facts of all of them for the run. */
export const evidenceOf = (test: TestCase, identity: TestIdentity, run: RunParts): Evidence[] => {
  const last = test.results.at(-1);
  if (last === undefined) return [];
  const earlier = test.results.slice(0, -1).flatMap((result) => attached(result, run));
  const [own = bareEvidence(run, last, "the test attached none"), ...more] = attached(last, run);
  const error = own.error ?? wireFromText(errorText(last.errors[0] ?? last.error));
  return [...[...earlier, ...more].map(anonymous), { ...own, test: identity, error }];
};
