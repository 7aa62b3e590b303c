import { namesCase, type Mutant } from "../catalogue.ts";
import { trialKey, type Trial, type Trials } from "./trial-key.ts";
import type { Reach } from "./reach.ts";
import type { EndedTest } from "./trial-report.ts";
import { AND } from "./weave.ts";

/** One test, and mutants that it meets. */
export interface Meeting {
  readonly test: Reach["tests"][number];
  readonly mutants: readonly Mutant[];
}

/** By test, those that leave their bed as it is first: what they find spares the dear ones. */
export const meetingsWhere = (
  mutants: readonly Mutant[],
  reach: Reach,
  isAsked: (mutant: Mutant, test: Meeting["test"]) => boolean,
): readonly Meeting[] =>
  reach.tests
    .map((test, index) => ({ test, mutants: mutants.filter((one) => reach.met[one.id]?.includes(index) && isAsked(one, test)) }))
    .filter(({ mutants: met }) => met.length > 0)
    .toSorted((a, b) => Number(a.test.disturbs) - Number(b.test.disturbs));

export const meetingsOf = (mutants: readonly Mutant[], reach: Reach): readonly Meeting[] =>
  meetingsWhere(mutants, reach, (mutant, { plan }) => !namesCase(mutant, plan));

const functionOf = ({ edit }: Mutant): string => `${edit.file} ${edit.in}`;

/** Whether it decides who comes as far as what others break: a test that only wants a refusal would be green for the wrong reason. */
const hidesOthers = ({ id, kind, edit }: Mutant): boolean =>
  kind === "role" || id.endsWith(":is-answered") || /(access|authentication)\.ts$/.test(edit.file);

/** Groups of at most so many that can live at once: a woven function answers as one mutant, and some stay alone. */
export const bundlesOf = (mutants: readonly Mutant[], size: number): readonly (readonly Mutant[])[] => {
  const bundles: Mutant[][] = [];
  for (const mutant of mutants.filter((one) => !hidesOthers(one))) {
    const room = bundles.find((one) => one.length < size && !one.some((other) => functionOf(other) === functionOf(mutant)));
    if (room === undefined) bundles.push([mutant]);
    else room.push(mutant);
  }
  return [...bundles, ...mutants.filter(hidesOthers).map((mutant) => [mutant])];
};

const bundleId = (bundle: readonly Mutant[]): string => bundle.map(({ id }) => id).join(AND);

/** Each test once for each bundle of what it meets, and once for each that is to be alone. */
export const trialsTogether = (meetings: readonly Meeting[], size: number, alone: ReadonlySet<string> = new Set()): Trials =>
  Object.fromEntries(
    meetings.map(({ test, mutants }) => {
      const bundles = [
        ...bundlesOf(
          mutants.filter(({ id }) => !alone.has(id)),
          size,
        ),
        ...mutants.filter(({ id }) => alone.has(id)).map((one) => [one]),
      ];
      const trials = bundles.map((bundle): Trial => ({ id: bundleId(bundle), ends: false }));
      return [trialKey(test.plan, test.title), trials];
    }),
  );

/** What is left in doubt: tests that were not green under a bundle, each with the mutants of that bundle. */
export const suspectsOf = (meetings: readonly Meeting[], ended: readonly EndedTest[]): readonly Meeting[] =>
  meetings.flatMap(({ test, mutants }) => {
    const own = ended.filter(({ plan, title, isControl }) => !isControl && plan === test.plan && title === test.title);
    const green = new Set(own.filter(({ status }) => status === "passed").flatMap(({ mutant = "" }) => mutant.split(AND)));
    const left = mutants.filter(({ id }) => !green.has(id));
    return left.length === 0 ? [] : [{ test, mutants: left }];
  });
