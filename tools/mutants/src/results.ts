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
  /** By folder of specs whose cases were all run under it as the suite runs them: ids that were red. */
  inFolders: z.record(z.string(), z.array(z.string()).readonly()).optional(),
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

const readRow = (text: string, line: number): readonly [id: string, result: Result] => {
  try {
    const { id, ...result } = rowSchema.parse(JSON.parse(text));
    return [id, result];
  } catch (error) {
    throw new Error(`${RESULTS_FILE}:${line}: no result of a mutant: ${text.slice(0, 60)}`, { cause: error });
  }
};

/** Throws at a line that is no result, and at an id that stands twice, as a merge may leave them. */
export const readBook = (root: string): Book => {
  const results = new Map<string, Result>();
  for (const [index, text] of (textOf(join(root, RESULTS_FILE)) ?? "").split("\n").entries()) {
    if (text === "") continue;
    const [id, result] = readRow(text, index + 1);
    if (results.has(id)) throw new Error(`${RESULTS_FILE}:${index + 1}: ${id} stands there twice. Delete both lines and run it anew`);
    results.set(id, result);
  }
  return { green: greenSchema.parse(JSON.parse(textOf(join(root, GREEN_FILE)) ?? "{}")), results: Object.fromEntries(results) };
};

/** Results of mutants that are not there any more. */
export const dropResults = (root: string, ids: readonly string[]): void => {
  const { green, results } = readBook(root);
  writeBook(root, { green, results: Object.fromEntries(Object.entries(results).filter(([id]) => !ids.includes(id))) });
};

export const writeBook = (root: string, { green, results }: Book): void => {
  const rows = Object.entries(results).toSorted(([a], [b]) => (a < b ? -1 : 1));
  write(join(root, RESULTS_FILE), rows.map(([id, result]) => `${JSON.stringify({ id, ...result })}\n`).join(""));
  write(join(root, GREEN_FILE), JSON.stringify(green, undefined, 2));
};
