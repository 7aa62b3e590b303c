import { wireErrorSchema } from "@kubera-e2e/schema/error-wire";
import { z } from "zod";

const stepSchema = z.object({
  phase: z.string(),
  subject: z.string(),
  vm: z.string().optional(),
  esxHost: z.string().optional(),
  cluster: z.string().optional(),
  node: z.string().optional(),
  startedAt: z.iso.datetime(),
  ms: z.number(),
  outcome: z.enum(["done", "failed", "skipped"]),
  /** Why it failed or was skipped, or what was noted. */
  because: z.string().optional(),
});

/** One restore with the milliseconds of every step and VM. */
export const restoreReportSchema = z.object({
  schema: z.literal("kubera-e2e/restore@1"),
  bed: z.string(),
  state: z.string(),
  set: z.string(),
  startedAt: z.iso.datetime(),
  ms: z.number(),
  /** `same set`: stopped on purpose after every VM was proven to be on one set; the VMs are off. */
  outcome: z.enum(["restored", "same set", "failed"]),
  /** Steps that this hypervisor cannot do. */
  limitations: z.array(z.object({ step: z.string(), because: z.string() })),
  steps: z.array(stepSchema),
  error: wireErrorSchema.optional(),
});

/** `restore.json`: every restore of a run, in order. */
export const restoreFileSchema = z.array(restoreReportSchema);

export type RestoreReport = z.infer<typeof restoreReportSchema>;
export type RestoreStepRecord = RestoreReport["steps"][number];
