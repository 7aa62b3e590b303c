import { neverShown, redBeside } from "../beside.ts";
import type { Mutant } from "../catalogue.ts";
import { mergedReach, notGreen, readReach, reachOf, withoutTests, writeReach, type Reach } from "./reach.ts";
import { countBeside, noticed, searchesOf } from "./trials.ts";
import { runAlso } from "./run-also.ts";
import { runBeside } from "./run-beside.ts";
import { runWoven } from "./run-mutants.ts";
import type { Session } from "../session.ts";
import { openWovenPlace } from "./place.ts";
import { wovenRun } from "./run-specs.ts";

const LIMIT_MS = 3_600_000;

export interface Recording {
  readonly root: string;
  /** Specs that are recorded anew; all when it is empty. */
  readonly specs: readonly string[];
  readonly tell: (line: string) => void;
}

/** Runs the suite without any mutant, and keeps which of its tests meets which. */
export const recordReach = async (mutants: readonly Mutant[], { root, specs, tell }: Recording): Promise<Reach> => {
  const place = openWovenPlace(root, mutants, true);
  try {
    place.choose(undefined);
    const ended = await wovenRun(place, { specs, limitMs: LIMIT_MS, tell });
    const red = notGreen(ended);
    if (red.length > 0) throw new Error(`not green without any mutant, so that nothing is kept:\n${red.join("\n")}`);
    const anew = reachOf(ended, place.reached());
    const before = specs.length === 0 ? undefined : readReach(root);
    const reach = before === undefined ? anew : mergedReach(before, anew);
    writeReach(root, reach);
    return reach;
  } finally {
    place.remove();
  }
};

/** Of those tests that are still there. Throws when nobody has recorded it. */
export const reachOfRoot = (root: string, isThere: (plan: string, title: string) => boolean = () => true): Reach => {
  const reach = readReach(root);
  if (reach === undefined) throw new Error("nobody has recorded which test meets which mutant. Run pnpm mutants reach first");
  return withoutTests(reach, ({ plan, title }) => !isThere(plan, title));
};

export interface RunInOnePlace {
  readonly root: string;
  readonly session: Session;
  readonly again: boolean;
  /** Whether a red test is not the last that a mutant is asked by. */
  readonly every: boolean;
  /** Looks at what other cases say of mutants that have a result, where at most so many of their tests meet them; undefined for not at all. */
  readonly within: number | undefined;
  readonly limit: number;
  /** How many share one data centre or, for what other cases say, live in it at once; each has its own default. */
  readonly size: number | undefined;
  readonly tell: (line: string) => void;
}

/** Mutants that live at once: the more, the fewer runs, and the more often a test is red under one of them. */
const BUNDLE = 12;
const SLICE = 60;
/** Mutants of one data centre, one after the other. */
const SHARED = 40;

/** How many tests of its cases must stay green before a mutant is left for a run of its own. */
const MOST = 8;

/** For mutants without a case: those that go red, of at most so many that meet each. What is found is told, and kept nowhere. */
export const findCases = async (
  mutants: readonly Mutant[],
  { root, most, tell }: { root: string; most: number; tell: (line: string) => void },
): Promise<void> => {
  const reach = reachOfRoot(root);
  const place = openWovenPlace(root, mutants, false);
  try {
    const trials = searchesOf(mutants, reach, most);
    place.choose(trials);
    const ended = await wovenRun(place, { limitMs: LIMIT_MS, tell });
    for (const mutant of mutants) {
      const tried = Object.entries(trials).flatMap(([key, some]) =>
        some.some(({ id }) => id === mutant.id) ? [key.split("|")[0] ?? ""] : [],
      );
      const red = noticed(ended, mutant.id);
      const green = tried.filter((plan) => !red.includes(plan));
      tell(
        `${mutant.id}\n  red: ${red.join(", ") || "none"}\n  green or not sure: ${green.join(", ") || "none"}${place.ids.has(mutant.id) ? "" : "\n  cannot be switched"}`,
      );
    }
  } finally {
    place.remove();
  }
};

/** Mutants that have no result yet; with `within` those that have one, of which nobody knows what else they turn red. Throws when nobody has recorded what meets them. */
export const runInOnePlace = async (mutants: readonly Mutant[], options: RunInOnePlace): Promise<void> => {
  const { root, session, again, every, within, limit, size, tell } = options;
  const reach = reachOfRoot(root, (plan, title) => session.tests.has(plan, title));
  const isUnknown = (mutant: Mutant): boolean => redBeside(mutant, session.known(mutant)) === undefined;
  const isAsked = (mutant: Mutant): boolean => {
    const result = session.known(mutant);
    if (within === undefined) return again || result === undefined;
    const isOpen = again || isUnknown(mutant) || neverShown(mutant, result).length > 0;
    return result !== undefined && isOpen && (countBeside(mutant, reach) ?? Infinity) <= within;
  };
  const asked = mutants
    .filter((mutant) => mutant.red.length > 0 && isAsked(mutant))
    // With a limit, those of which least is known: what stays green although it is named is asked again each time.
    .toSorted((a, b) => Number(isUnknown(b)) - Number(isUnknown(a)))
    .slice(0, limit);
  const place = openWovenPlace(root, asked, false);
  try {
    const known = (mutant: Mutant) => session.known(mutant);
    const run = () => wovenRun(place, { limitMs: LIMIT_MS, tell });
    const common = { place, reach, run, keep: session.keeper(asked), tell, known };
    if (within !== undefined) {
      await runAlso(asked, { ...common, slice: SLICE });
      const unknown = asked.filter((mutant) => again || isUnknown(mutant));
      return await runBeside(unknown, { ...common, size: size ?? BUNDLE, slice: SLICE, every });
    }
    const unsure = await runWoven(asked, { ...common, size: size ?? SHARED, most: every ? undefined : MOST });
    if (unsure.length > 0) tell(`\n${unsure.length} want a data centre of their own: ${unsure.map(({ id }) => id).join(" ")}`);
  } finally {
    place.remove();
  }
};
