import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parse, parseDocument, type YAMLSeq } from "yaml";
import { z } from "zod";
import type { AssumptionAnswer } from "@kubera-e2e/director/assumptions";
import { REPOSITORY } from "../repository.ts";

const answerSchema = z.object({ release: z.string(), verdict: z.enum(["confirmed", "refuted"]), on: z.iso.date() });
const assumptionSchema = z.object({
  id: z.string(),
  question: z.string(),
  sim: z.coerce.string(),
  answers: z.array(answerSchema).optional(),
});
const fileSchema = z.object({ assumptions: z.array(assumptionSchema).min(1) });

export type Assumption = z.infer<typeof assumptionSchema>;

const ASSUMPTIONS_FILE = join(REPOSITORY, "infra", "sim", "assumptions.yaml");

export const readAssumptions = (file = ASSUMPTIONS_FILE): readonly Assumption[] =>
  fileSchema.parse(parse(readFileSync(file, "utf8"))).assumptions;

export interface Answered {
  readonly release: string;
  /** ISO date. */
  readonly on: string;
  readonly answers: readonly AssumptionAnswer[];
}

/** Writes what a real Director of one release answered; comments and other releases stay, and what was untried changes nothing. */
export const keepAnswers = ({ release, on, answers }: Answered, file = ASSUMPTIONS_FILE): number => {
  const document = parseDocument(readFileSync(file, "utf8"));
  const tried = answers.filter(({ verdict }) => verdict !== "untried");
  for (const { id, verdict } of tried) {
    const index = (document.get("assumptions") as YAMLSeq<{ get(key: string): unknown }>).items.findIndex((item) => item.get("id") === id);
    const before = readAssumptions(file)[index]?.answers ?? [];
    const others = before.filter((answer) => answer.release !== release);
    document.setIn(["assumptions", index, "answers"], document.createNode([...others, { release, verdict, on }]));
  }
  writeFileSync(file, document.toString({ lineWidth: 0 }));
  return tried.length;
};
