import { neverNoticed, neverShown, redBeside } from "./beside.ts";
import type { Mutant } from "./catalogue.ts";
import type { Result } from "./results.ts";

export interface Scored {
  readonly mutant: Mutant;
  /** Undefined when it was not run. */
  readonly result: Result | undefined;
}

export interface Score {
  readonly total: number;
  readonly killed: number;
  /** Of killed, survived, errored and given up; whole percents, rounded down. */
  readonly percent: number;
  /** Rules of which `survives` says why no case of the plan asks for them. */
  readonly givenUp: number;
  /** As `percent`, of those that name cases alone. */
  readonly percentOfNamed: number;
  readonly survivors: readonly { readonly id: string; readonly because: string }[];
  /** Mutants that say nothing, since the simulator did not run as far as the specs. */
  readonly errored: readonly { readonly id: string; readonly because: string }[];
  /** Rules for which nobody has named an id. */
  readonly unnamed: readonly string[];
  readonly notRun: readonly string[];
}

const isNamed = ({ mutant: { red } }: Scored): boolean => red.length > 0;

/** What all of them came to. A survivor that says why counts against the score as any other. */
export const scoreOf = (all: readonly Scored[]): Score => {
  const judged = all.filter(({ mutant, result }) => mutant.survives !== undefined || result !== undefined);
  const ended = (end: Result["end"]) => judged.filter((one) => isNamed(one) && one.result?.end === end);
  const killed = ended("killed").length;
  const named = judged.filter(isNamed).length;
  const percentOf = (count: number): number => (count === 0 ? 0 : Math.floor((100 * killed) / count));
  return {
    total: judged.length,
    killed,
    percent: percentOf(judged.length),
    givenUp: judged.length - named,
    percentOfNamed: percentOf(named),
    survivors: [
      ...judged.flatMap(({ mutant: { id, survives } }) => (survives === undefined ? [] : [{ id, because: survives }])),
      ...ended("survived").map(({ mutant: { id, red } }) => ({ id, because: `${red.join(", ")} stayed green` })),
    ],
    errored: ended("errored").map(({ mutant: { id }, result }) => ({ id, because: result?.because ?? "" })),
    unnamed: all.filter((one) => !isNamed(one) && one.mutant.survives === undefined).map(({ mutant }) => mutant.id),
    notRun: all.filter((one) => isNamed(one) && one.result === undefined).map(({ mutant }) => mutant.id),
  };
};

/** What else went red, of those that the simulator lived through. */
const besideLines = (
  all: readonly Scored[],
): { readonly told: readonly string[]; readonly unshown: readonly string[]; readonly count: string | undefined } => {
  const looked = all
    .filter(({ result }) => result?.end !== "errored")
    .flatMap(({ mutant, result }) => {
      const red = redBeside(mutant, result);
      return red === undefined ? [] : [{ mutant, red, more: result?.inCompany === true, unshown: neverShown(mutant, result) }];
    });
  const clean = looked.filter(({ red, unshown }) => red.length === 0 && unshown.length === 0);
  const alone = clean.filter(({ mutant }) => mutant.also === undefined).length;
  return {
    told: looked.flatMap(({ mutant, red, more }) =>
      red.length === 0 ? [] : [`  ${mutant.id}: ${red.join(", ")}${more ? ", and perhaps more" : ""}`],
    ),
    unshown: looked.flatMap(({ mutant, unshown }) => (unshown.length === 0 ? [] : [`  ${mutant.id}: ${unshown.join(", ")}`])),
    count:
      looked.length === 0
        ? undefined
        : `${alone} turn nothing else red and ${clean.length - alone} what they name as \`also\` alone, of ${looked.length} of which that is known`,
  };
};

const KIND_ORDER = ["status", "field", "role", "state"] as const;

const row = (cells: readonly (string | number)[]): string => {
  const [name = "", ...numbers] = cells;
  return `${String(name).padEnd(8)}${numbers.map((cell) => String(cell).padStart(10)).join("")}`;
};

/** How many were run in each folder. */
const folderLines = (all: readonly Scored[]): string[] => {
  const folders = all.flatMap(({ result }) => Object.keys(result?.inFolders ?? {}));
  return [...new Set(folders)].map((folder) => {
    const count = folders.filter((one) => one === folder).length;
    return `${count} were run in ${folder}, where cases share their beds`;
  });
};

/** The table at the end of a run, survivors by id behind it. */
export const scoreTable = (all: readonly Scored[]): string => {
  const lines = [row(["kind", "total", "given up", "killed", "% of all", "of named"])];
  for (const kind of KIND_ORDER) {
    const { total, givenUp, killed, percent, percentOfNamed } = scoreOf(all.filter(({ mutant }) => mutant.kind === kind));
    if (total > 0) lines.push(row([kind, total, givenUp, killed, percent, percentOfNamed]));
  }
  const whole = scoreOf(all);
  lines.push(row(["all", whole.total, whole.givenUp, whole.killed, whole.percent, whole.percentOfNamed]));
  const inCompany = all.filter(({ result }) => result?.together !== undefined).length;
  const inOnePlace = all.filter(({ result }) => result?.woven === true).length;
  const list = (title: string, entries: readonly string[]): string[] => (entries.length === 0 ? [] : ["", title, ...entries]);
  const told = ({ id, because }: { readonly id: string; readonly because: string }): string => `  ${id}: ${because}`;
  const beside = besideLines(all);
  const unnoticed = all.flatMap(({ mutant, result }) => {
    const plans = result?.end === "killed" ? neverNoticed(mutant, result) : [];
    return plans.length === 0 ? [] : [`  ${mutant.id}: ${plans.join(", ")}`];
  });
  return [
    ...lines,
    ...list("survivors:", whole.survivors.map(told)),
    ...list("errored, and so neither killed nor survived:", whole.errored.map(told)),
    ...list("red beside all that they name:", beside.told),
    ...list("named as `also`, and never shown red:", beside.unshown),
    ...list("named in `red`, and never shown so:", unnoticed),
    ...(beside.count === undefined ? [] : ["", beside.count]),
    ...(inCompany > 0 ? ["", `${inCompany} were run with others at once`] : []),
    ...(inOnePlace > 0 ? ["", `${inOnePlace} were run in one data centre with others, one after the other`] : []),
    ...folderLines(all).flatMap((line) => ["", line]),
    ...(whole.unnamed.length > 0 ? ["", `${whole.unnamed.length} rules have no ids named yet: pnpm mutants list --unnamed`] : []),
    ...(whole.notRun.length > 0 ? ["", `${whole.notRun.length} were not run`] : []),
  ].join("\n");
};
