import { classOfCause, rankOfCause } from "@kubera-e2e/schema/causes";
import type { Evidence, Scope } from "@kubera-e2e/schema/evidence";
import { distinctPlaces, isFeltAt, mayLeanOn, namesPlace } from "./places.ts";
import type { Finding } from "./rule.ts";
import { type Symptoms, symptomsOf } from "./symptoms.ts";

/** How much later than its effect a cause may have been noticed. */
const NOTICED_LATE_MS = 60_000;
/** How long the effects of something momentary are felt. */
const AFTERMATH_MS = 300_000;

/** A finding together with every place it is felt at. */
export interface Trouble {
  readonly finding: Finding;
  readonly places: readonly Scope[];
}

const placesOf = (finding: Finding): Scope[] => distinctPlaces([finding.scope, ...finding.evidence.map((fact) => fact.scope)]);

const holdsUntilMs = (finding: Finding): number => (finding.lasting ? Infinity : finding.toMs + AFTERMATH_MS);

const isInfrastructure = ({ finding }: Trouble): boolean => classOfCause(finding.cause) === "infrastructure";

/** What a registry answers, no node brings about. */
const mayFollow = (cause: string, from: string): boolean => !(cause.startsWith("registry.") && from.startsWith("node."));

const explains = (parent: Trouble, child: Trouble): boolean =>
  rankOfCause(parent.finding.cause) < rankOfCause(child.finding.cause) &&
  mayFollow(child.finding.cause, parent.finding.cause) &&
  parent.finding.fromMs <= child.finding.fromMs + NOTICED_LATE_MS &&
  holdsUntilMs(parent.finding) >= child.finding.fromMs &&
  parent.places.some((place) =>
    child.places.some((other) => isFeltAt(place, other) || (isInfrastructure(parent) && mayLeanOn(place, other))),
  );

/** Leaves the causes that no other explains; what they explain widens the places they are felt at. */
export const foldDownstream = (findings: readonly Finding[]): Trouble[] => {
  const upstreamFirst = findings.toSorted((a, b) => rankOfCause(a.cause) - rankOfCause(b.cause) || a.fromMs - b.fromMs);
  const roots: Trouble[] = [];
  for (const finding of upstreamFirst) {
    const trouble = { finding, places: placesOf(finding) };
    const at = roots.findIndex((root) => explains(root, trouble));
    const parent = roots[at];
    if (parent === undefined) roots.push(trouble);
    else roots[at] = { finding: parent.finding, places: distinctPlaces([...parent.places, ...trouble.places]) };
  }
  return roots;
};

const overlaps = (finding: Finding, evidence: Evidence): boolean =>
  finding.fromMs <= Date.parse(evidence.window.to) && holdsUntilMs(finding) >= Date.parse(evidence.window.from);

/**
 * Whether what a test leant on leans on a place of this trouble in turn. What merely waits may wait for anything in its namespace, as long
 * as the trouble lasts; a container that crashes by itself only for what the infrastructure took away and did not give back.
 */
const isLeantOn = (trouble: Trouble, { own, waiting, isOver }: Symptoms): boolean =>
  trouble.places.some((place) => {
    const mayLean = (scope: Scope): boolean => mayLeanOn(place, scope);
    const isBack = isOver(place);
    return ((trouble.finding.lasting || !isBack) && waiting.some(mayLean)) || (isInfrastructure(trouble) && !isBack && own.some(mayLean));
  });

/** Whether the trouble is felt at the very things a test leant on, or at what its error names. */
const isFelt = (trouble: Trouble, { own, waiting, text, isOver }: Symptoms): boolean =>
  trouble.places.some(
    (place) => [...own, ...waiting].some((scope) => isFeltAt(place, scope)) || (namesPlace(text, place) && !isOver(place)),
  );

/** Every trouble that may be behind a test, by time and place; what was felt goes before what might have been leant on. */
export const candidatesOf = (evidence: Evidence, troubles: readonly Trouble[]): Trouble[] => {
  const inTime = troubles.filter(({ finding }) => overlaps(finding, evidence));
  if (inTime.length === 0) return [];
  const symptoms = symptomsOf(evidence);
  const felt = inTime.filter((trouble) => isFelt(trouble, symptoms));
  return felt.length > 0 ? felt : inTime.filter((trouble) => isLeantOn(trouble, symptoms));
};

/** Of several, the one furthest upstream among those that began first; then the one that may be behind most tests. */
export const choose = (candidates: readonly Trouble[], share: ReadonlyMap<Trouble, number>): Trouble | undefined => {
  const firstMs = Math.min(...candidates.map(({ finding }) => finding.fromMs));
  const early = candidates.filter(({ finding }) => finding.fromMs <= firstMs + NOTICED_LATE_MS);
  return early.toSorted(
    (a, b) => rankOfCause(a.finding.cause) - rankOfCause(b.finding.cause) || (share.get(b) ?? 0) - (share.get(a) ?? 0),
  )[0];
};
