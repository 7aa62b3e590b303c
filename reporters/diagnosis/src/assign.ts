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

const explains = (parent: Trouble, child: Trouble): boolean =>
  rankOfCause(parent.finding.cause) < rankOfCause(child.finding.cause) &&
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
 * Whether what a test leant on leans on this place in turn. What merely waits may wait for anything in its namespace, as long as the
 * trouble lasts; a container that crashes by itself only for what the infrastructure took away and did not give back.
 */
const leans = (trouble: Trouble, place: Scope, { own, waiting, isOver }: Symptoms): boolean => {
  const mayLean = (scope: Scope): boolean => mayLeanOn(place, scope);
  const isBack = isOver(place);
  return ((trouble.finding.lasting || !isBack) && waiting.some(mayLean)) || (isInfrastructure(trouble) && !isBack && own.some(mayLean));
};

const reaches = (trouble: Trouble, symptoms: Symptoms): boolean => {
  const { own, waiting, text, isOver } = symptoms;
  return trouble.places.some(
    (place) =>
      own.some((scope) => isFeltAt(place, scope)) ||
      waiting.some((scope) => isFeltAt(place, scope)) ||
      leans(trouble, place, symptoms) ||
      (namesPlace(text, place) && !isOver(place)),
  );
};

/** Every trouble that may be behind a test, by time and place. */
export const candidatesOf = (evidence: Evidence, troubles: readonly Trouble[]): Trouble[] => {
  const inTime = troubles.filter(({ finding }) => overlaps(finding, evidence));
  if (inTime.length === 0) return [];
  const symptoms = symptomsOf(evidence);
  return inTime.filter((trouble) => reaches(trouble, symptoms));
};

/** Of several, the one furthest upstream among those that began first; then the one that may be behind most tests. */
export const choose = (candidates: readonly Trouble[], share: ReadonlyMap<Trouble, number>): Trouble | undefined => {
  const firstMs = Math.min(...candidates.map(({ finding }) => finding.fromMs));
  const early = candidates.filter(({ finding }) => finding.fromMs <= firstMs + NOTICED_LATE_MS);
  return early.toSorted(
    (a, b) => rankOfCause(a.finding.cause) - rankOfCause(b.finding.cause) || (share.get(b) ?? 0) - (share.get(a) ?? 0),
  )[0];
};
