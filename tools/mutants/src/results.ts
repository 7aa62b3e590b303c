import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { z } from "zod";

const resultSchema = z.object({
  /** Of mutant, source and specs; another one makes the result old. */
  print: z.string(),
  end: z.enum(["killed", "survived", "errored"]),
  by: z.array(z.string()).readonly().optional(),
  because: z.string().optional(),
  /** Ids beside those that must notice it which a run has shown red; undefined when nobody has looked. */
  others: z.array(z.string()).readonly().optional(),
  /** Ids that were named as going red too when others were looked for, and so were not asked. */
  leftOut: z.array(z.string()).readonly().optional(),
  /** Whether others were looked for with more mutants at once, and no further than to the first tests that were red. */
  inCompany: z.literal(true).optional(),
  seconds: z.number(),
  /** How many mutants were there at once; undefined when it was alone. */
  together: z.number().optional(),
  /** Whether its data centre was that of other mutants too, one after the other. */
  woven: z.literal(true).optional(),
});

const rowSchema = resultSchema.extend({ id: z.string() });
const greenSchema = z.record(z.string(), z.string());

export type Result = z.infer<typeof resultSchema>;

export interface Book {
  /** Cases that were green without a mutant, each with the print of what they depend on. */
  readonly green: Readonly<Record<string, string>>;
  readonly results: Readonly<Record<string, Result>>;
}

/** Kept in the repository, a line a mutant: they took hours, and say of which sources they are true. */
export const RESULTS_FILE = "tools/mutants/results.jsonl";

/** Beside the runs: made anew in minutes, and old with any change of any room. */
const GREEN_FILE = "_artifacts/mutants/green.json";

const textOf = (path: string): string | undefined => (existsSync(path) ? readFileSync(path, "utf8") : undefined);

const write = (path: string, text: string): void => {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(`${path}.new`, text);
  renameSync(`${path}.new`, path);
};

export const readBook = (root: string): Book => {
  const rows = (textOf(join(root, RESULTS_FILE)) ?? "").split("\n").filter(Boolean);
  const results = rows.map((row) => rowSchema.parse(JSON.parse(row))).map(({ id, ...result }) => [id, result] as const);
  return { green: greenSchema.parse(JSON.parse(textOf(join(root, GREEN_FILE)) ?? "{}")), results: Object.fromEntries(results) };
};

export const writeBook = (root: string, { green, results }: Book): void => {
  const rows = Object.entries(results).toSorted(([a], [b]) => (a < b ? -1 : 1));
  write(join(root, RESULTS_FILE), rows.map(([id, result]) => `${JSON.stringify({ id, ...result })}\n`).join(""));
  write(join(root, GREEN_FILE), JSON.stringify(green, undefined, 2));
};
