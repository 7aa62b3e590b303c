import { z } from "zod";
import { planNeedSchema } from "./plan-needs.ts";

const release = z.string().regex(/^\d+\.\d+\.\d+$/, 'a release, as "1.12.0"');

/** Why a case is not automated and does not have to be, and since when that holds. */
const waiverSchema = z.strictObject({ because: z.string().min(10, "say why in a sentence"), on: z.iso.date() });

/** One case of the test plan, as `tests/<area>/plan.yaml` lists it. */
export const planEntrySchema = z
  .strictObject({
    id: z.string().regex(/^TCID-[A-Z0-9-]+$/),
    title: z.string().min(1).max(128),
    day: z.union([z.literal(0), z.literal(1), z.literal(2)]),
    priority: z.enum(["P0", "P1", "P2", "P3"]),
    area: z.string().min(1),
    kind: z.enum(["api", "gui", "chaos", "perf"]),
    needs: z.array(planNeedSchema).default([]),
    /** First and last release of Director that the case applies to; absent where every release is meant. */
    since: release.optional(),
    until: release.optional(),
    /** The plan's claim that a spec asserts all of `expect`; `pnpm check` holds specs and claims to each other. */
    automated: z.literal(true).optional(),
    waived: waiverSchema.optional(),
    /** What a spec asserts, one line for each effect; may be written when the spec is. */
    expect: z.array(z.string().min(1)).min(1).optional(),
  })
  .superRefine(({ automated, expect, waived }, context) => {
    if (automated && expect === undefined)
      context.addIssue({ code: "custom", path: ["expect"], message: "an automated case says what its spec expects" });
    if (automated && waived !== undefined)
      context.addIssue({ code: "custom", path: ["waived"], message: "an automated case needs no waiver" });
  });

export type PlanEntry = z.infer<typeof planEntrySchema>;
export type PlanKind = PlanEntry["kind"];

const numeric = new Intl.Collator("en", { numeric: true });

/** Whether a case is meant for a release: from `since` to `until`, both included. */
export const appliesTo = ({ since, until }: Pick<PlanEntry, "since" | "until">, build: string): boolean =>
  (since === undefined || numeric.compare(since, build) <= 0) && (until === undefined || numeric.compare(build, until) <= 0);
