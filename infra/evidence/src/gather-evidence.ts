import { firstLine } from "@kubera-e2e/schema/first-line";
import { setMaxListeners } from "node:events";
import { systemClock, type Clock } from "@kubera-e2e/schema/clock";
import { evidenceSchema, factSchema, type Evidence, type Fact, type Gap } from "@kubera-e2e/schema/evidence";
import type { Redactor } from "@kubera-e2e/schema/redactor";
import { z } from "zod";
import type { Collector, CollectorContext } from "./collector.ts";
import { fitSize } from "./fit-size.ts";

/** Largest evidence of one test, as JSON. */
export const EVIDENCE_MAX_BYTES = 5_000_000;

export interface EvidenceRequest {
  readonly collectors: readonly Collector[];
  /** Time for all collectors together; they work at the same time. */
  readonly budgetMs: number;
  /** Everything but facts and gaps. */
  readonly about: Omit<Evidence, "schema" | "facts" | "gaps">;
  readonly redactor: Redactor;
  readonly maxBytes?: number;
  readonly clock?: Clock;
}

interface Gathered {
  readonly facts: readonly Fact[];
  readonly gaps: readonly Gap[];
}

const collectOne = async (collector: Collector, context: CollectorContext, late: Promise<never>): Promise<Gathered> => {
  try {
    const parsed = z.array(factSchema).safeParse(await Promise.race([collector.collect(context), late]));
    if (parsed.success) return { facts: parsed.data, gaps: [] };
    const [issue] = parsed.error.issues;
    return {
      facts: [],
      gaps: [{ collector: collector.name, because: `its facts are malformed: ${issue?.path.join(".") ?? ""} ${issue?.message ?? ""}` }],
    };
  } catch (error) {
    return { facts: [], gaps: [{ collector: collector.name, because: firstLine(error) }] };
  }
};

/** Masks secrets wherever they stand; fields are not masked by their names, for `code` is an error code here. */
const maskTexts = (value: unknown, redactor: Redactor): unknown => {
  if (typeof value === "string") return redactor.text(value);
  if (Array.isArray(value)) return value.map((item) => maskTexts(item, redactor));
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, maskTexts(item, redactor)]));
};

/** Rejects when the budget is used up, so that one silent endpoint cannot keep the others' facts from being stored. */
const startBudget = (request: EvidenceRequest) => {
  const over = new AbortController();
  // One listener for each call that is under way, on beds of any size.
  setMaxListeners(0, over.signal);
  const done = new AbortController();
  const clock = request.clock ?? systemClock;
  const late = clock.sleep(request.budgetMs, done.signal).then(() => {
    const error = new Error(`no answer within ${request.budgetMs} ms`);
    over.abort(error);
    throw error;
  });
  // Rejects also when the budget was not used up; whoever raced it has settled by then.
  late.catch(() => {});
  return { late, signal: over.signal, end: () => done.abort() };
};

/**
 * Evidence v1 from all collectors at once, within `budgetMs`. Never throws for a collector: what fails or is late becomes a gap.
 * Secrets are masked here, at the sink; beyond `maxBytes` (default 5 MB) the least informative and oldest facts go and a gap says so.
 */
export const gatherEvidence = async (request: EvidenceRequest): Promise<Evidence> => {
  const budget = startBudget(request);
  const { bed, window } = request.about;
  const context = { bed, from: new Date(window.from), to: new Date(window.to), signal: budget.signal };
  const gathered = await Promise.all(request.collectors.map((collector) => collectOne(collector, context, budget.late)));
  budget.end();
  const facts = gathered.flatMap((part) => part.facts);
  const gaps = gathered.flatMap((part) => part.gaps);
  const clean = evidenceSchema.parse(maskTexts({ schema: "kubera-e2e/evidence@1", ...request.about, facts, gaps }, request.redactor));
  const fitted = fitSize(clean.facts, request.maxBytes ?? EVIDENCE_MAX_BYTES);
  return { ...clean, facts: fitted.facts, gaps: [...clean.gaps, ...fitted.gaps] };
};
