import { isErrorCode } from "@kubera-e2e/schema/error-codes";
import type { Evidence, Fact, Scope } from "@kubera-e2e/schema/evidence";
import { isUnanswered, spokenBy } from "./calls.ts";
import { distinctPlaces, namesNamespace, namesPlace } from "./places.ts";
import { workloadKey } from "./pods.ts";

const isUnwellPod = ({ data }: Fact): boolean => {
  const phase = data["phase"];
  if (phase === "Succeeded") return false;
  return data["ready"] === false || data["waiting.reason"] !== undefined || phase === "Failed" || phase === "Pending";
};

/** Whether a fact shows that something the test leant on was not well. A node as such never does: a test leans on pods. */
const isSymptom = (fact: Fact): boolean => {
  if (fact.kind === "kubernetes.event") return fact.data["type"] === "Warning" && fact.scope.kind !== "Node";
  if (fact.kind === "kubernetes.pod") return isUnwellPod(fact);
  if (fact.kind === "http.exchange") return isUnanswered(fact);
  if (fact.kind === "kubernetes.workload") return Number(fact.data["availableReplicas"] ?? 0) < Number(fact.data["replicas"] ?? 0);
  return fact.data["status"] === "failed" || fact.data["outcome"] === "failed";
};

/** What an eviction leaves behind, as a pod that has failed and as an event. */
const isEviction = ({ data }: Fact): boolean => data["reason"] === "Evicted";

/** What a look at a cluster covers; of other kinds nobody knows whether they are well again. */
const LOOKED_AT = new Set([undefined, "Pod", "ReplicaSet", "Deployment", "StatefulSet", "DaemonSet"]);

/** Whether the pods of a cluster were looked at: collectors tell of those that are unwell only, so that silence means health. */
const wasLookedAt = ({ facts, gaps }: Evidence, cluster: string | undefined): boolean =>
  facts.some(({ kind, scope }) => kind === "kubernetes.node" && scope.cluster === cluster) &&
  !gaps.some(({ collector }) => collector === `pods ${cluster ?? ""}` || collector === `workloads ${cluster ?? ""}`);

type OverTest = (place: Scope) => boolean;

/** Tells whether trouble of an object was over when the test had failed: its workload is well again, or unwell on another node only. */
const overIn = (evidence: Evidence): OverTest => {
  const unwell = new Map<string, Scope[]>();
  for (const fact of evidence.facts) {
    const key = workloadKey(fact.scope);
    const tells = fact.kind === "kubernetes.pod" || fact.kind === "kubernetes.workload";
    if (key !== undefined && tells && isSymptom(fact) && !isEviction(fact)) unwell.set(key, [...(unwell.get(key) ?? []), fact.scope]);
  }
  const looks = new Map<string | undefined, boolean>();
  const looked = (cluster: string | undefined): boolean => {
    if (!looks.has(cluster)) looks.set(cluster, wasLookedAt(evidence, cluster));
    return looks.get(cluster) === true;
  };
  return (place) => {
    const key = workloadKey(place);
    if (key === undefined || !LOOKED_AT.has(place.kind)) return false;
    const scopes = unwell.get(key);
    if (scopes === undefined) return looked(place.cluster);
    const pods = scopes.filter(({ kind }) => kind === undefined || kind === "Pod");
    return pods.length > 0 && pods.every(({ node }) => node !== undefined && place.node !== undefined && node !== place.node);
  };
};

/** What was unwell when a test had failed, and what happened to it meanwhile; what came back within the test is no symptom of its failure. */
const unwellOf = (evidence: Evidence, isOver: OverTest): Fact[] => {
  const fromMs = Date.parse(evidence.window.from);
  const isPast = (fact: Fact): boolean => (fact.kind === "kubernetes.event" || isEviction(fact)) && isOver(fact.scope);
  const isEarlier = (fact: Fact): boolean =>
    (fact.kind === "kubernetes.event" || fact.kind === "http.exchange") && Date.parse(fact.at) < fromMs;
  return evidence.facts.filter((fact) => isSymptom(fact) && !isEarlier(fact) && !isPast(fact));
};

/** What of the environment was unwell when a test had failed; its own calls are the failure, and not what surrounds it. */
export const unwellIn = (evidence: Evidence): Fact[] => unwellOf(evidence, overIn(evidence)).filter(({ kind }) => kind !== "http.exchange");

const OWN_STORY = new Set(["CrashLoopBackOff", "ErrImagePull", "ImagePullBackOff", "OOMKilled", "Error"]);

/** Whether a pod failed by something of its own: others in its namespace need not have been the reason. */
const hasOwnStory = ({ data }: Fact): boolean =>
  [data["waiting.reason"], data["terminated.reason"]].some((reason) => typeof reason === "string" && OWN_STORY.has(reason));

/** What a test leant on that was not well, and what its error says. */
export interface Symptoms {
  /** Places of what has a story of its own, as a container that crashes. */
  readonly own: readonly Scope[];
  /** Places of what only waits, and of calls without an answer. */
  readonly waiting: readonly Scope[];
  /** What an error of the house says it was about; the words and values of an assertion name nothing. */
  readonly named: string;
  /** Whether trouble of an object was over when the test had failed. */
  readonly isOver: OverTest;
}

/** A workload that lacks pods says less than those pods. */
const withoutRepeats = (facts: readonly Fact[]): Fact[] => {
  const pods = new Set(facts.filter(({ kind }) => kind === "kubernetes.pod").map(({ scope }) => workloadKey(scope)));
  return facts.filter(({ kind, scope }) => kind !== "kubernetes.workload" || !pods.has(workloadKey(scope)));
};

/** An error names what a test waited for; the host of a call that failed says nothing about what is behind it. */
const narrowed = (facts: readonly Fact[], text: string): readonly Fact[] => {
  const objects = facts.filter(({ kind }) => kind !== "http.exchange");
  return (
    [namesPlace, namesNamespace].map((names) => objects.filter(({ scope }) => names(text, scope))).find(({ length }) => length > 0) ?? facts
  );
};

/** The parts in which an error of the house says what it was about; older evidence holds them in the message alone. */
const namedBy = ({ error }: Evidence): string => {
  if (error?.code === undefined || !isErrorCode(error.code)) return "";
  const parts = [error.where, error.because].filter((part) => part !== undefined);
  return parts.length > 0 ? parts.join("\n") : error.message;
};

/** Evidence holds all that was unwell on the bed; an error that names objects, or a namespace, narrows that to what the test leant on. */
export const symptomsOf = (evidence: Evidence): Symptoms => {
  const { error } = evidence;
  const text = error === undefined ? "" : [error.message, error.where, error.because].filter((part) => part !== undefined).join("\n");
  const isOver = overIn(evidence);
  const unwell = spokenBy(evidence) === undefined ? withoutRepeats(unwellOf(evidence, isOver)) : [];
  const meant = narrowed(unwell, text);
  const placesOf = (facts: readonly Fact[]): Scope[] => distinctPlaces(facts.map(({ scope }) => scope));
  return {
    own: placesOf(meant.filter(hasOwnStory)),
    waiting: placesOf(meant.filter((fact) => !hasOwnStory(fact))),
    named: namedBy(evidence),
    isOver,
  };
};
