import { z } from "zod";
import { wireErrorSchema } from "./error-wire.ts";
import { targetSchema } from "./target.ts";

/** Name and MIME type of the one attachment in which a worker hands facts to the reporters. */
export const EVIDENCE_ATTACHMENT = "kubera-evidence";
export const EVIDENCE_MIME = "application/vnd.kubera-e2e.evidence.v1+json";

/** Where a fact was seen; causes explain a test when their scopes meet. */
export const scopeSchema = z.object({
  bed: z.string().optional(),
  cluster: z.string().optional(),
  vm: z.string().optional(),
  esxHost: z.string().optional(),
  node: z.string().optional(),
  namespace: z.string().optional(),
  kind: z.string().optional(),
  name: z.string().optional(),
  image: z.string().optional(),
  urlHost: z.string().optional(),
});

const FACT_KINDS = [
  "kubernetes.event",
  "kubernetes.node",
  "kubernetes.pod",
  "kubernetes.node-change",
  "kubernetes.pod-change",
  "kubernetes.log",
  "kubernetes.workload",
  "http.exchange",
  "machine",
  "restore.step",
  "check",
  "probe",
] as const;

/** One observation with its time and place. `data` holds the fields as the source named them; conclusions are never stored here. */
export const factSchema = z.object({
  kind: z.enum(FACT_KINDS),
  at: z.iso.datetime(),
  scope: scopeSchema,
  data: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])),
});

/** A collector that got nothing says so. */
export const gapSchema = z.object({ collector: z.string(), because: z.string() });

export const testIdentitySchema = z.object({
  /** Plan id and row: the identity everywhere. */
  plan: z.string(),
  row: z.string().optional(),
  title: z.string(),
  file: z.string(),
  project: z.string(),
  retry: z.int(),
});

/** Evidence v1: the facts of one failed test, or of the run when `test` is absent. */
export const evidenceSchema = z.object({
  schema: z.literal("kubera-e2e/evidence@1"),
  run: z.string(),
  target: targetSchema,
  bed: z.string(),
  test: testIdentitySchema.optional(),
  window: z.object({ from: z.iso.datetime(), to: z.iso.datetime() }),
  error: wireErrorSchema.optional(),
  facts: z.array(factSchema),
  gaps: z.array(gapSchema),
});

export type Scope = z.infer<typeof scopeSchema>;
export type Fact = z.infer<typeof factSchema>;
export type FactKind = Fact["kind"];
export type Gap = z.infer<typeof gapSchema>;
export type TestIdentity = z.infer<typeof testIdentitySchema>;
export type Evidence = z.infer<typeof evidenceSchema>;
