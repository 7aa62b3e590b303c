import { z } from "zod";

/** One case of the test plan, as `tests/<area>/plan.yaml` lists it. */
export const planEntrySchema = z.strictObject({
  id: z.string().regex(/^TCID-[A-Z0-9-]+$/),
  title: z.string().min(1).max(128),
  day: z.union([z.literal(0), z.literal(1), z.literal(2)]),
  priority: z.enum(["P0", "P1", "P2", "P3"]),
  area: z.string().min(1),
  kind: z.enum(["api", "gui", "chaos", "perf"]),
  needs: z.array(z.string()).default([]),
  expect: z.array(z.string().min(1)).min(1),
});

export type PlanEntry = z.infer<typeof planEntrySchema>;
