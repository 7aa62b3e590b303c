import { z } from "zod";
import { FAILURE_CLASSES } from "./failure-class.ts";
import { factSchema, scopeSchema, testIdentitySchema } from "./evidence.ts";

/** Something that was wrong, when and where, with the facts that show it. `cause` is a cause id or `unknown`. */
export const incidentSchema = z.object({
  id: z.string(),
  cause: z.string(),
  class: z.enum([...FAILURE_CLASSES, "unknown"]),
  /** 0 to 1. */
  confidence: z.number().min(0).max(1),
  summary: z.string(),
  scope: scopeSchema,
  window: z.object({ from: z.iso.datetime(), to: z.iso.datetime() }),
  evidence: z.array(factSchema),
  /** Facts that speak against it. */
  against: z.array(factSchema),
  remedy: z.string(),
  tests: z.array(testIdentitySchema),
  /** The places of one cause, when they are several: each full node with its own numbers. */
  parts: z
    .array(z.object({ scope: scopeSchema, summary: z.string(), window: z.object({ from: z.iso.datetime(), to: z.iso.datetime() }) }))
    .optional(),
});

/** `incidents.json`: few causes, most failures first. */
export const diagnosisSchema = z.object({
  schema: z.literal("kubera-e2e/diagnosis@1"),
  run: z.string(),
  incidents: z.array(incidentSchema),
});

export type Incident = z.infer<typeof incidentSchema>;
export type Diagnosis = z.infer<typeof diagnosisSchema>;
