import { z } from "zod";

/** One claim about speed or memory, measured against a named baseline in the same run. */
export const benchResultSchema = z.object({
  id: z.string(),
  value: z.number(),
  unit: z.string(),
  /** What it is compared with, in words. */
  baseline: z.string(),
  /** What `value` must satisfy, in words: "≤ 1.10". */
  goal: z.string(),
  holds: z.boolean(),
  /** Measurements behind the median. */
  n: z.int().min(1),
  /** Lines for a reader, of the last measurement. */
  details: z.array(z.string()).optional(),
});

/** What `pnpm bench --json` prints; exit code 1 when one does not hold. */
export const benchReportSchema = z.array(benchResultSchema);

export type BenchResult = z.infer<typeof benchResultSchema>;
