import { isErrorCode, ERROR_CODES } from "@kubera-e2e/schema/error-codes";
import { wireFromText } from "@kubera-e2e/schema/error-text";
import { z } from "zod";
import type { RunEnd, TestEnd } from "./verdict.ts";

const errorSchema = z.object({ message: z.string().default("") });
const testSchema = z.object({
  annotations: z.array(z.object({ type: z.string(), description: z.string().optional() })),
  results: z.array(z.object({ status: z.string(), errors: z.array(errorSchema).default([]) })),
});
const specSchema = z.object({ tests: z.array(testSchema) });

interface Suite {
  readonly specs: readonly z.infer<typeof specSchema>[];
  readonly suites?: readonly Suite[] | undefined;
}

const suiteSchema: z.ZodType<Suite> = z.lazy(() => z.object({ specs: z.array(specSchema), suites: z.array(suiteSchema).optional() }));
const reportSchema = z.object({ suites: z.array(suiteSchema), errors: z.array(errorSchema) });

const isOfTheBed = (message: string): boolean => {
  const { code } = wireFromText(message);
  return code !== undefined && isErrorCode(code) && ERROR_CODES[code].class === "infrastructure";
};

const endOf = ({ annotations, results }: z.infer<typeof testSchema>): TestEnd => {
  const plan = annotations.find(({ type }) => type === "plan")?.description ?? "";
  const last = results.at(-1);
  const isSkipped = last === undefined || last.status === "skipped" || last.status === "interrupted";
  const status = last?.status === "passed" ? "passed" : isSkipped ? "skipped" : "failed";
  return { plan, status, inSetUp: last?.errors.some(({ message }) => isOfTheBed(message)) ?? false };
};

const endsOf = ({ specs, suites = [] }: Suite): readonly TestEnd[] => [
  ...specs.flatMap(({ tests }) => tests.map(endOf)),
  ...suites.flatMap(endsOf),
];

/** What Playwright's JSON report tells of a run. */
export const readReport = (text: string): RunEnd => {
  const { suites, errors } = reportSchema.parse(JSON.parse(text));
  return { tests: suites.flatMap(endsOf), errors: errors.map(({ message }) => message) };
};
