import { isMap, isSeq, LineCounter, parseDocument } from "yaml";
import { z } from "zod";

/** What kind of rule a mutant breaks. */
export const KINDS = ["status", "field", "role", "state"] as const;

const editSchema = z.strictObject({
  /** A source of the simulator, relative to the repository. */
  file: z.string().regex(/^infra\/sim\/src\/.+\.ts$/, "a source of the simulator, infra/sim/src/….ts"),
  /** The declaration at the margin in which the text stands; the whole file without it. */
  in: z.string().min(1).optional(),
  text: z.string().min(1),
  with: z.string(),
});

const mutantSchema = z.strictObject({
  id: z.string().regex(/^[a-z]+:[a-z0-9.-]+(:[a-z0-9.-]+)*$/, "an id such as role:clusters:post:read-admin"),
  kind: z.enum(KINDS),
  rule: z.string().min(1),
  /** Written by `pnpm mutants generate`, and by nobody else. */
  generated: z.literal(true).optional(),
  edit: editSchema,
  /** Plan ids of which at least one must go red. */
  red: z.array(z.string()).default([]),
  /** Plan ids that go red too: what they do rests on the rule. */
  also: z
    .array(z.string())
    .min(1)
    .refine((ids) => new Set(ids).size === ids.length, "an id stands twice")
    .optional(),
  /** Why no case of the plan notices it. */
  survives: z.string().min(1).optional(),
});

export type Edit = z.infer<typeof editSchema>;
export type Mutant = z.infer<typeof mutantSchema>;

export interface ListedMutant {
  readonly mutant: Mutant;
  readonly line: number;
}

export interface Fault {
  readonly file: string;
  readonly line: number;
  readonly message: string;
}

export interface Catalogue {
  readonly listed: readonly ListedMutant[];
  readonly faults: readonly Fault[];
}

/** Whether a mutant names a case, as one that must notice it or as one that goes red too. */
export const namesCase = ({ red, also = [] }: Pick<Mutant, "red" | "also">, plan: string): boolean =>
  red.includes(plan) || also.includes(plan);

/** Relative to the repository. */
export const CATALOGUE_FILE = "tools/mutants/mutants.yaml";

const claims = ({ mutant: { id, edit, red, also = [], survives } }: ListedMutant): string[] => [
  ...(edit.text === edit.with ? [`${id} replaces its text by the same. Say what the mutant does.`] : []),
  ...(red.length > 0 && survives !== undefined ? [`${id} names ids that go red, and says why none does. Keep one of the two.`] : []),
  ...(also.length > 0 && red.length === 0
    ? [`${id} names what goes red too, and nothing that must notice it. Say which of them must.`]
    : []),
  ...also.filter((plan) => red.includes(plan)).map((plan) => `${id} names ${plan} twice. Leave it in \`red\` alone.`),
];

const repeated = (listed: readonly ListedMutant[]): Fault[] =>
  listed.flatMap(({ mutant: { id }, line }, index) => {
    const other = listed.slice(0, index).find(({ mutant }) => mutant.id === id);
    return other === undefined ? [] : [{ file: CATALOGUE_FILE, line, message: `${id} stands in line ${other.line} as well.` }];
  });

const readOne = (value: unknown, line: number): Catalogue => {
  const parsed = mutantSchema.safeParse(value);
  if (parsed.success) {
    const listed = { mutant: parsed.data, line };
    return { listed: [listed], faults: claims(listed).map((message) => ({ file: CATALOGUE_FILE, line, message })) };
  }
  const told = parsed.error.issues.map(({ path, message }) => `${path.join(".") || "entry"}: ${message}`);
  return { listed: [], faults: [{ file: CATALOGUE_FILE, line, message: `not a mutant: ${told.join("; ")}.` }] };
};

/** All mutants of the text of `mutants.yaml`, and all faults of it at once. */
export const parseCatalogue = (text: string): Catalogue => {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const at = (offset: number | undefined): number => lines.linePos(offset ?? 0).line;
  const [syntax] = document.errors;
  const fault = (line: number, message: string): Catalogue => ({ listed: [], faults: [{ file: CATALOGUE_FILE, line, message }] });
  if (syntax !== undefined) return fault(at(syntax.pos[0]), `${syntax.message}. Correct the YAML.`);
  if (!isSeq(document.contents)) return fault(1, "no list of mutants. Begin each with `- id: …`.");
  const read = document.contents.items.map((item) =>
    readOne(isMap(item) ? item.toJSON() : item, at(isMap(item) ? item.range?.[0] : undefined)),
  );
  const listed = read.flatMap((one) => one.listed);
  return { listed, faults: [...read.flatMap((one) => one.faults), ...repeated(listed)] };
};
