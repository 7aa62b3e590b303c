import { rankOfCause } from "@kubera-e2e/schema/causes";
import type { Evidence, Scope } from "@kubera-e2e/schema/evidence";
import type { Finding } from "./rule.ts";
import { reaches, scopesMeet, symptomsOf } from "./scope.ts";

/** How much later than its effect a cause may have been noticed. */
const NOTICED_LATE_MS = 60_000;
/** How long the effects of something momentary are felt. */
const AFTERMATH_MS = 300_000;

/** A finding together with every place it is felt at. */
export interface Trouble {
  readonly finding: Finding;
  readonly places: readonly Scope[];
}

const placesOf = (finding: Finding): Scope[] => [finding.scope, ...finding.evidence.map((fact) => fact.scope)];

const holdsUntilMs = (finding: Finding): number => (finding.lasting ? Infinity : finding.toMs + AFTERMATH_MS);

const explains = (parent: Trouble, child: Trouble): boolean =>
  rankOfCause(parent.finding.cause) < rankOfCause(child.finding.cause) &&
  parent.finding.fromMs <= child.finding.fromMs + NOTICED_LATE_MS &&
  holdsUntilMs(parent.finding) >= child.finding.fromMs &&
  parent.places.some((place) => child.places.some((other) => scopesMeet(place, other)));

/** Leaves the causes that no other explains; what they explain widens the places they are felt at. */
export const foldDownstream = (findings: readonly Finding[]): Trouble[] => {
  const upstreamFirst = findings.toSorted((a, b) => rankOfCause(a.cause) - rankOfCause(b.cause) || a.fromMs - b.fromMs);
  const roots: Trouble[] = [];
  for (const finding of upstreamFirst) {
    const trouble = { finding, places: placesOf(finding) };
    const at = roots.findIndex((root) => explains(root, trouble));
    const parent = roots[at];
    if (parent === undefined) roots.push(trouble);
    else roots[at] = { finding: parent.finding, places: [...parent.places, ...trouble.places] };
  }
  return roots;
};

const overlaps = (finding: Finding, evidence: Evidence): boolean =>
  finding.fromMs <= Date.parse(evidence.window.to) && holdsUntilMs(finding) >= Date.parse(evidence.window.from);

/** Every trouble that may be behind a test, by time and place. */
export const candidatesOf = (evidence: Evidence, troubles: readonly Trouble[]): Trouble[] => {
  const symptoms = symptomsOf(evidence);
  return troubles.filter(({ finding, places }) => overlaps(finding, evidence) && reaches(places, symptoms));
};

/** Of several, the one furthest upstream among those that began first; then the one that may be behind most tests. */
export const choose = (candidates: readonly Trouble[], share: ReadonlyMap<Trouble, number>): Trouble | undefined => {
  const firstMs = Math.min(...candidates.map(({ finding }) => finding.fromMs));
  const early = candidates.filter(({ finding }) => finding.fromMs <= firstMs + NOTICED_LATE_MS);
  return early.toSorted(
    (a, b) => rankOfCause(a.finding.cause) - rankOfCause(b.finding.cause) || (share.get(b) ?? 0) - (share.get(a) ?? 0),
  )[0];
};
