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

const bookSchema = z.object({
  /** Cases that were green without a mutant, each with the print of what they depend on. */
  green: z.record(z.string(), z.string()),
  results: z.record(z.string(), resultSchema),
});

export type Result = z.infer<typeof resultSchema>;
export type Book = z.infer<typeof bookSchema>;

/** Where results lie, beside the runs. */
export const bookFileOf = (root: string): string => join(root, "_artifacts", "mutants", "results.json");

const EMPTY: Book = { green: {}, results: {} };

export const readBook = (path: string): Book => (existsSync(path) ? bookSchema.parse(JSON.parse(readFileSync(path, "utf8"))) : EMPTY);

export const writeBook = (path: string, book: Book): void => {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(`${path}.new`, JSON.stringify(book, undefined, 2));
  renameSync(`${path}.new`, path);
};
