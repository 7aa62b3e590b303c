import { classOfCause, rankOfCause } from "@kubera-e2e/schema/causes";
import type { Evidence, Scope } from "@kubera-e2e/schema/evidence";
import type { Finding } from "./rule.ts";
import { isFeltAt, mayLeanOn, namesPlace } from "./places.ts";
import { type Symptom, type Symptoms, symptomsOf } from "./symptoms.ts";

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
    else roots[at] = { finding: parent.finding, places: [...parent.places, ...trouble.places] };
  }
  return roots;
};

const overlaps = (finding: Finding, evidence: Evidence): boolean =>
  finding.fromMs <= Date.parse(evidence.window.to) && holdsUntilMs(finding) >= Date.parse(evidence.window.from);

/** A service, and a pod that only waits, lean on every object of their namespace; a pod with a story of its own where the infrastructure took those away. */
const leans = (trouble: Trouble, place: Scope, { scope, ownStory }: Symptom): boolean =>
  (!ownStory || isInfrastructure(trouble)) && mayLeanOn(place, scope);

const reaches = (trouble: Trouble, { list, text, isOver }: Symptoms): boolean =>
  trouble.places.some(
    (place) =>
      !isOver(place) &&
      (namesPlace(text, place) || list.some((symptom) => isFeltAt(place, symptom.scope) || leans(trouble, place, symptom))),
  );

/** Every trouble that may be behind a test, by time and place. */
export const candidatesOf = (evidence: Evidence, troubles: readonly Trouble[]): Trouble[] => {
  const symptoms = symptomsOf(evidence);
  return troubles.filter((trouble) => overlaps(trouble.finding, evidence) && reaches(trouble, symptoms));
};

/** Of several, the one furthest upstream among those that began first; then the one that may be behind most tests. */
export const choose = (candidates: readonly Trouble[], share: ReadonlyMap<Trouble, number>): Trouble | undefined => {
  const firstMs = Math.min(...candidates.map(({ finding }) => finding.fromMs));
  const early = candidates.filter(({ finding }) => finding.fromMs <= firstMs + NOTICED_LATE_MS);
  return early.toSorted(
    (a, b) => rankOfCause(a.finding.cause) - rankOfCause(b.finding.cause) || (share.get(b) ?? 0) - (share.get(a) ?? 0),
  )[0];
};
