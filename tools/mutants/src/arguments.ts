import { createHash } from "node:crypto";
import { parseArgs } from "node:util";
import { KINDS, type Mutant } from "./catalogue.ts";

export const HELP = `pnpm mutants generate | reach [SPEC…] | find [ID…] | run [ID…] | name [ID…] | list [ID…] | score

A mutant breaks one rule of the simulated Director, and the cases of the plan that it names must notice. Not part of CI.
  generate           a mutant for each rule that routes, refusals and resources show; the ids that old ones name stay
    --drop           takes those away whose rule is not there any more
  run [ID…]          what the specs of the named cases say of each mutant; an id may end in * for all that begin so
    --kind K         those of one kind: ${KINDS.join(", ")}
    --case TCID      those that name a case
    --again          those too whose result still holds
    --every          runs every case that a mutant names, and not only up to the first that is red; with --woven --else all others too
    --else           runs all other cases too, and says which of them went red
    --in FOLDER      those that have a result and meet cases of a folder of specs: all of these in one run, which share their beds
    --group N        so many at once where they are of areas apart; a red case counts for the mutant that names it
    --woven          in one data centre, one after the other, by the tests that meet each; what that does not settle is left for a run without
    --within N       with --woven --else, which looks at those that have a result: those that at most so many tests of other cases meet
    --sample N       so many by chance, told with the --seed that chooses the same ones again
    --limit N        at most so many
    --json           the score alone, as JSON
  reach [SPEC…]      runs the suite, or some specs of it, without any mutant, and keeps which test meets which; --woven wants it
  find [ID…]         for rules without a case: which cases go red, of at most --limit that meet each; 6 without it
  name [ID…]         writes down, as \`also\`, which other cases --else has found red; taken as read when somebody has looked at each
  list [ID…]         ids, rules and the cases they name; takes --kind and --case too
    --unnamed        those for which nobody has named a case
  score              the table of what is known, without running anything

Results are kept in tools/mutants/results.jsonl, each as long as mutant, source and specs are as they were.

Example: pnpm mutants run --kind role
`;

const OPTIONS = {
  help: { type: "boolean" },
  drop: { type: "boolean" },
  kind: { type: "string" },
  case: { type: "string" },
  again: { type: "boolean" },
  every: { type: "boolean" },
  else: { type: "boolean" },
  in: { type: "string" },
  group: { type: "string" },
  woven: { type: "boolean" },
  within: { type: "string" },
  sample: { type: "string" },
  seed: { type: "string" },
  limit: { type: "string" },
  json: { type: "boolean" },
  unnamed: { type: "boolean" },
} as const;

const parsed = (argv: readonly string[]) => parseArgs({ args: [...argv], options: OPTIONS, allowPositionals: true });

export type Flags = ReturnType<typeof parsed>["values"];

export interface Order {
  readonly verb: string;
  readonly ids: readonly string[];
  readonly flags: Flags;
}

/** Throws what is not understood. */
export const readOrder = (argv: readonly string[]): Order => {
  const { values: flags, positionals } = parsed(argv);
  const [verb = "", ...ids] = positionals;
  if (flags.kind !== undefined && !KINDS.some((kind) => kind === flags.kind))
    throw new Error(`--kind ${flags.kind} is none of ${KINDS.join(", ")}`);
  for (const name of ["limit", "group", "sample"] as const) {
    const text = flags[name];
    if (text !== undefined && !/^[1-9]\d*$/.test(text)) throw new Error(`--${name} ${text} is no count`);
  }
  if (flags.within !== undefined && !/^\d+$/.test(flags.within)) throw new Error(`--within ${flags.within} is no count`);
  if (flags.in !== undefined && flags.woven === true)
    throw new Error("--in is for cases that share their beds, and --woven gives each test its own. Leave one out");
  return { verb, ids, flags };
};

const isMeant = (id: string, wanted: string): boolean => (wanted.endsWith("*") ? id.startsWith(wanted.slice(0, -1)) : id === wanted);

/** The mutants that an order means. Throws for an id that stands for none. */
export const chosen = (mutants: readonly Mutant[], { ids, flags }: Pick<Order, "ids" | "flags">): readonly Mutant[] => {
  const stray = ids.filter((wanted) => !mutants.some(({ id }) => isMeant(id, wanted)));
  if (stray.length > 0) throw new Error(`mutants.yaml holds no ${stray.join(", ")}`);
  return mutants
    .filter(({ id }) => ids.length === 0 || ids.some((wanted) => isMeant(id, wanted)))
    .filter(({ kind }) => flags.kind === undefined || kind === flags.kind)
    .filter(({ red }) => flags.case === undefined || red.includes(flags.case))
    .filter(({ red, survives }) => flags.unnamed !== true || (red.length === 0 && survives === undefined));
};

/** So many of them, by chance as the seed has it, in the order in which they stand. */
export const sampled = (
  mutants: readonly Mutant[],
  { size, seed }: { readonly size: number; readonly seed: string },
): readonly Mutant[] => {
  const lot = ({ id }: Mutant): string => createHash("sha256").update(`${seed} ${id}`).digest("hex");
  const drawn = new Set(mutants.toSorted((a, b) => lot(a).localeCompare(lot(b))).slice(0, size));
  return mutants.filter((mutant) => drawn.has(mutant));
};
