import { CATALOGUE_FILE, type Catalogue, type Fault, type ListedMutant } from "./catalogue.ts";
import { mutate } from "./source-edit.ts";

/** What mutants are held to. */
export interface Ground {
  /** Text of a file of the repository; undefined when it is not there. */
  readonly read: (file: string) => string | undefined;
  /** Every id of the plan, and whether a spec of the api suite asserts it. */
  readonly cases: ReadonlyMap<string, boolean>;
}

const textFault = ({ mutant: { edit } }: ListedMutant, { read }: Ground): string[] => {
  const source = read(edit.file);
  if (source === undefined) return [`${edit.file} is not there`];
  const mutated = mutate(source, edit);
  return "fault" in mutated ? [mutated.fault] : [];
};

const idFaults = ({ mutant: { red, also = [] } }: ListedMutant, { cases }: Ground): string[] =>
  [...red, ...also].flatMap((id) => {
    const isAutomated = cases.get(id);
    if (isAutomated === undefined) return [`no plan.yaml lists ${id}`];
    return isAutomated ? [] : [`${id} is not automated in the api suite, so that nothing of it can go red`];
  });

/** Faults of the catalogue itself, texts that are not there exactly once, and ids that cannot go red. */
export const catalogueFaults = ({ listed, faults }: Catalogue, ground: Ground): readonly Fault[] => [
  ...faults,
  ...listed.flatMap((one) =>
    [...textFault(one, ground), ...idFaults(one, ground)].map((what) => ({
      file: CATALOGUE_FILE,
      line: one.line,
      message: `${one.mutant.id}: ${what}. Correct the mutant; \`pnpm mutants generate\` renews those it has made.`,
    })),
  ),
];
