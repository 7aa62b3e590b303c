import { classOfCause, rankOfCause } from "@kubera-e2e/schema/causes";
import type { Evidence, Scope } from "@kubera-e2e/schema/evidence";
import { calledClusters } from "./calls.ts";
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
const isProduct = ({ finding }: Trouble): boolean => classOfCause(finding.cause) === "product";

/** What a registry answers, no node brings about. */
const mayFollow = (cause: string, from: string): boolean => !(cause.startsWith("registry.") && from.startsWith("node."));

/** A container ends by its own fault at a moment that is known; what began later did not end it. */
const lateMs = (cause: string): number => (cause === "product.crash" ? 0 : NOTICED_LATE_MS);

const explains = (parent: Trouble, child: Trouble): boolean =>
  rankOfCause(parent.finding.cause) < rankOfCause(child.finding.cause) &&
  mayFollow(child.finding.cause, parent.finding.cause) &&
  parent.finding.fromMs <= child.finding.fromMs + lateMs(child.finding.cause) &&
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

/** Whether the error of a test names a place of this trouble, and the trouble there is not over. */
const isNamed = ({ places }: Trouble, { named, isOver }: Symptoms): boolean =>
  places.some((place) => namesPlace(named, place) && !isOver(place));

/** Whether the trouble is felt at the very things a test leant on, or at what its error names. */
const isFelt = (trouble: Trouble, symptoms: Symptoms): boolean =>
  trouble.places.some((place) => [...symptoms.own, ...symptoms.waiting].some((scope) => isFeltAt(place, scope))) ||
  isNamed(trouble, symptoms);

/** Whether trouble that explains others cannot explain this one: no node brings it about, or it was there before. */
const standsBeside = (own: Finding, upstream: Finding): boolean =>
  rankOfCause(upstream.cause) < rankOfCause(own.cause) && (!mayFollow(own.cause, upstream.cause) || own.fromMs < upstream.fromMs);

/** What lasts on the very thing that a test waited for, and is the product's, is not the lab's because of trouble that does not explain it. */
const withoutLaterTrouble = (felt: readonly Trouble[], symptoms: Symptoms): readonly Trouble[] => {
  const own = felt.filter((trouble) => trouble.finding.lasting && isProduct(trouble) && isNamed(trouble, symptoms));
  return felt.filter((trouble) => !own.some(({ finding }) => standsBeside(finding, trouble.finding)));
};

/** Whether the trouble is in a cluster that the test called, where that is known. */
const isCalled = ({ places }: Trouble, called: ReadonlySet<string> | undefined): boolean =>
  called === undefined || places.some(({ cluster }) => cluster === undefined || called.has(cluster));

/** Every trouble that may be behind a test, by time and place; what was felt goes before what might have been leant on. */
export const candidatesOf = (evidence: Evidence, troubles: readonly Trouble[]): readonly Trouble[] => {
  const inTime = troubles.filter(({ finding }) => overlaps(finding, evidence));
  if (inTime.length === 0) return [];
  const [symptoms, called] = [symptomsOf(evidence), calledClusters(evidence)];
  const near = inTime.filter((trouble) => isCalled(trouble, called));
  const felt = near.filter((trouble) => isFelt(trouble, symptoms));
  return felt.length > 0 ? withoutLaterTrouble(felt, symptoms) : near.filter((trouble) => isLeantOn(trouble, symptoms));
};

/** Of several, the one furthest upstream among those that began first; then the one that may be behind most tests. */
export const choose = (candidates: readonly Trouble[], share: ReadonlyMap<Trouble, number>): Trouble | undefined => {
  const firstMs = Math.min(...candidates.map(({ finding }) => finding.fromMs));
  const early = candidates.filter(({ finding }) => finding.fromMs <= firstMs + NOTICED_LATE_MS);
  return early.toSorted(
    (a, b) => rankOfCause(a.finding.cause) - rankOfCause(b.finding.cause) || (share.get(b) ?? 0) - (share.get(a) ?? 0),
  )[0];
};
