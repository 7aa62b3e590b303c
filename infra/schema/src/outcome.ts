import { z } from "zod";
import { testIdentitySchema } from "./evidence.ts";
import { targetSchema } from "./target.ts";

/** `blocked`: the bed could not serve it. `notRun`: planned, and the run ended before its turn. */
export const TEST_STATUSES = ["passed", "failed", "skipped", "blocked", "notRun"] as const;

export const testResultSchema = z.object({
  test: testIdentitySchema,
  status: z.enum(TEST_STATUSES),
  durationMs: z.number(),
  /** First line of the error, or why it was skipped or blocked. */
  because: z.string().optional(),
  /** The line that runs it again. */
  rerun: z.string(),
});

/** `outcome.json`: what a run came to. Written whole at its end; the exit code is computed from it and nothing else. */
export const outcomeSchema = z.object({
  schema: z.literal("kubera-e2e/outcome@1"),
  run: z.string(),
  target: targetSchema,
  bed: z.string(),
  build: z.string(),
  startedAt: z.iso.datetime(),
  endedAt: z.iso.datetime(),
  interrupted: z.boolean(),
  counts: z.object({ planned: z.int(), passed: z.int(), failed: z.int(), skipped: z.int(), blocked: z.int(), notRun: z.int() }),
  tests: z.array(testResultSchema),
  /** Errors outside any test: a spec that does not load, a bed that cannot be opened. */
  errors: z.array(z.string()),
  causes: z.array(z.object({ cause: z.string(), class: z.string(), tests: z.int() })),
  exit: z.object({ code: z.int(), because: z.string() }),
});

export type TestResultRecord = z.infer<typeof testResultSchema>;
export type Outcome = z.infer<typeof outcomeSchema>;
