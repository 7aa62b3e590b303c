import { repeatedCases, type ListedCase } from "@kubera-e2e/schema/parse-plan";
import { specCases, type SpecCase } from "@kubera-e2e/schema/spec-cases";
import { lineAt } from "./code-text.ts";
import type { House, Violation } from "./house.ts";
import { ASSUMPTIONS, assumptionIds, readPlans } from "./plan-facts.ts";

/** A `plan(…)` and the file it stands in. */
interface Named extends SpecCase {
  readonly file: string;
}

interface Plan {
  readonly byId: ReadonlyMap<string, ListedCase>;
  readonly assumptions: ReadonlySet<string>;
}

const differences = ({ day, priority, file }: Named, { entry }: ListedCase): string[] => {
  const kind = file.split(".").at(-3);
  return [
    ...(day !== undefined && day !== entry.day ? [`day ${day}, the plan says ${entry.day}`] : []),
    ...(priority !== undefined && `P${priority}` !== entry.priority ? [`priority ${priority}, the plan says ${entry.priority}`] : []),
    ...(kind === entry.kind ? [] : [`a spec of kind ${kind}, the plan says ${entry.kind}`]),
  ];
};

const namedFaults = (named: Named, { byId, assumptions }: Plan): string[] => {
  const { id, assumption } = named;
  const found = byId.get(id);
  if (found === undefined) return [`no plan.yaml lists ${id}. Add the case to the plan of its area, or correct the id.`];
  const isUnknown = assumption !== undefined && !assumptions.has(assumption);
  return [
    ...differences(named, found).map((difference) => `${id}: ${difference}. Correct the spec, or ${found.file}:${found.line}.`),
    ...(isUnknown ? [`${id}: ${ASSUMPTIONS} holds no ${assumption}. Add it there, or correct the id.`] : []),
  ];
};

/** Plan id and row are the identity of a test, so that only rows may share an id. */
const sharedIdentity = (named: readonly Named[]): Violation[] => {
  const first = new Map<string, Named>();
  return named.flatMap((one) => {
    if (one.isRow) return [];
    const other = first.get(one.id);
    if (other === undefined) first.set(one.id, one);
    const message = `${one.id} is named in ${other?.file}:${other?.line} as well. Give both a row, or one of them its own case.`;
    return other === undefined ? [] : [{ file: one.file, line: one.line, message }];
  });
};

/** What an entry claims, against what a spec that is no draft names. */
const claimFaults = ({ entry, file, line }: ListedCase, named: readonly Named[]): Violation[] => {
  const own = named.filter(({ id }) => id === entry.id);
  const finished = own.find(({ isDraft }) => !isDraft);
  if (entry.automated && finished === undefined) {
    const why = own.length > 0 ? "its spec is a draft" : "no spec names it";
    return [{ file, line, message: `${entry.id} claims to be automated, and ${why}. Finish the spec, or remove \`automated\`.` }];
  }
  if (entry.automated || finished === undefined) return [];
  const message = `${entry.id} is asserted by ${finished.file}:${finished.line}. Add \`automated: true\` here, and what it expects, or make the spec a draft.`;
  return [{ file, line, message }];
};

const NEVER_RUNS = /\btest\.(?:describe\.)?skip\(\s*["'`]/g;
const SKIPPED = "a spec that never runs would count as automated. Make it a draft, or skip it inside under a condition with a reason.";
const UNREADABLE = "plan(…) without an id that can be read here. Write it out: in a table, let each row hold its own plan(…).";

const readSpecs = (house: House): { readonly named: readonly Named[]; readonly violations: readonly Violation[] } => {
  const specs = house.sources.filter(({ path, room }) => room === "tests" && path.endsWith(".spec.ts"));
  const read = specs.map(({ path, text }) => ({ file: path, ...specCases(text) }));
  const skipped = specs.flatMap(({ path, text }) =>
    [...text.matchAll(NEVER_RUNS)].map(({ index }) => ({ file: path, line: lineAt(text, index), message: SKIPPED })),
  );
  const nameless = read.flatMap(({ file, unreadable }) => unreadable.map(({ line }) => ({ file, line, message: UNREADABLE })));
  return {
    named: read.flatMap(({ file, cases }) => cases.map((one) => ({ ...one, file }))),
    violations: [...nameless, ...skipped],
  };
};

/**
 * Plans hold whole entries of their own area, ids and titles of their own; specs name cases that exist, as the plan has them; an entry claims
 * to be automated when a finished spec names it, and only then.
 */
export const checkPlans = (house: House): Violation[] => {
  const plans = readPlans(house.root);
  const listed = plans.flatMap((plan) => plan.listed);
  const { named, violations } = readSpecs(house);
  const plan = { byId: new Map(listed.map((one) => [one.entry.id, one])), assumptions: assumptionIds(house.root) };
  return [
    ...plans.flatMap(({ faults }) => faults),
    ...repeatedCases(listed),
    ...violations,
    ...named.flatMap((one) => namedFaults(one, plan).map((message) => ({ file: one.file, line: one.line, message }))),
    ...sharedIdentity(named),
    ...listed.flatMap((one) => claimFaults(one, named)),
  ];
};
