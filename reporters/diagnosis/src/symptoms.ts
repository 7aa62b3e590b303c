import { eventDataSchema, exchangeDataSchema, podDataSchema } from "@kubera-e2e/schema/fact-data";
import type { Evidence, Fact, Scope } from "@kubera-e2e/schema/evidence";
import { namesNamespace, namesPlace } from "./places.ts";
import { workloadKey } from "./pods.ts";

const GATEWAY_STATUSES = new Set([502, 503, 504]);

const isUnanswered = (fact: Fact): boolean => {
  const data = fact.kind === "http.exchange" ? exchangeDataSchema.safeParse(fact.data).data : undefined;
  return data !== undefined && (data.error !== undefined || GATEWAY_STATUSES.has(data.status ?? 0));
};

const isUnwellPod = (fact: Fact): boolean => {
  const data = podDataSchema.safeParse(fact.data).data;
  if (data === undefined || data.phase === "Succeeded") return false;
  return data.ready === false || data["waiting.reason"] !== undefined || data.phase === "Failed" || data.phase === "Pending";
};

/** Whether a fact shows that something the test leant on was not well. A node as such never does: a test leans on pods. */
const isSymptom = (fact: Fact): boolean => {
  if (fact.kind === "kubernetes.event") return eventDataSchema.safeParse(fact.data).data?.type === "Warning" && fact.scope.kind !== "Node";
  if (fact.kind === "kubernetes.pod") return isUnwellPod(fact);
  if (fact.kind === "http.exchange") return isUnanswered(fact);
  if (fact.kind === "kubernetes.workload") return Number(fact.data["availableReplicas"] ?? 0) < Number(fact.data["replicas"] ?? 0);
  return fact.data["status"] === "failed" || fact.data["outcome"] === "failed";
};

/** What an eviction leaves behind, as a pod that has failed and as an event. */
const isEviction = ({ data }: Fact): boolean => data["reason"] === "Evicted";

/** Whether the pods of a cluster were looked at: collectors tell of those that are unwell only, so that silence means health. */
const wasLookedAt = ({ facts, gaps }: Evidence, cluster: string | undefined): boolean =>
  facts.some(({ kind, scope }) => kind === "kubernetes.node" && scope.cluster === cluster) &&
  !gaps.some(({ collector }) => collector === `pods ${cluster ?? ""}` || collector === `workloads ${cluster ?? ""}`);

type OverTest = (place: Scope) => boolean;

/** Tells whether trouble of an object was over when the test had failed: its workload is well again, or unwell elsewhere on its own account. */
const overIn = (evidence: Evidence): OverTest => {
  const unwell = new Map<string, Scope[]>();
  for (const fact of evidence.facts) {
    const key = workloadKey(fact.scope);
    const tells = fact.kind === "kubernetes.pod" || fact.kind === "kubernetes.workload";
    if (key !== undefined && tells && isSymptom(fact) && !isEviction(fact)) unwell.set(key, [...(unwell.get(key) ?? []), fact.scope]);
  }
  return (place) => {
    const key = workloadKey(place);
    if (key === undefined) return false;
    const scopes = unwell.get(key);
    if (scopes === undefined) return wasLookedAt(evidence, place.cluster);
    const pods = scopes.filter(({ kind }) => kind === undefined || kind === "Pod");
    return pods.length > 0 && pods.every(({ node }) => node !== undefined && node !== place.node);
  };
};

const isMomentary = ({ kind }: Fact): boolean => kind === "kubernetes.event" || kind === "http.exchange";

/** What was unwell during a test and when it had failed; what happened before it, while its bed was restored, is not its own. */
export const unwellIn = (evidence: Evidence): Fact[] => {
  const isOver = overIn(evidence);
  const fromMs = Date.parse(evidence.window.from);
  const isItsOwn = (fact: Fact): boolean => !isMomentary(fact) || Date.parse(fact.at) >= fromMs;
  return evidence.facts.filter((fact) => isSymptom(fact) && isItsOwn(fact) && !(isEviction(fact) && isOver(fact.scope)));
};

const OWN_STORY = new Set(["CrashLoopBackOff", "ErrImagePull", "ImagePullBackOff", "OOMKilled", "Error"]);

/** Whether a pod failed by something of its own: others in its namespace need not have been the reason. */
const hasOwnStory = ({ data }: Fact): boolean =>
  [data["waiting.reason"], data["terminated.reason"]].some((reason) => typeof reason === "string" && OWN_STORY.has(reason));

export interface Symptom {
  readonly scope: Scope;
  readonly ownStory: boolean;
}

/** What a test leant on that was not well, and what its error says. */
export interface Symptoms {
  readonly list: readonly Symptom[];
  readonly text: string;
  /** Whether trouble of an object was over when the test had failed. */
  readonly isOver: OverTest;
}

const isExchange = ({ kind }: Fact): boolean => kind === "http.exchange";

/** An assertion about an answer that came: whatever else was unwell on the bed, the part under test spoke. */
const wasAnswered = ({ facts, error }: Evidence): boolean => {
  const last = facts.findLast(isExchange);
  return last !== undefined && !isUnanswered(last) && error?.code?.startsWith("WAIT_") !== true;
};

/** A workload that lacks pods says less than those pods. */
const withoutRepeats = (facts: readonly Fact[]): Fact[] => {
  const pods = new Set(facts.filter(({ kind }) => kind === "kubernetes.pod").map(({ scope }) => workloadKey(scope)));
  return facts.filter(({ kind, scope }) => kind !== "kubernetes.workload" || !pods.has(workloadKey(scope)));
};

/** Evidence holds all that was unwell on the bed; an error that names objects, or a namespace, narrows that to what the test leant on. */
export const symptomsOf = (evidence: Evidence): Symptoms => {
  const { error } = evidence;
  const text = error === undefined ? "" : [error.message, error.where, error.because].filter((part) => part !== undefined).join("\n");
  const unwell = wasAnswered(evidence) ? [] : withoutRepeats(unwellIn(evidence));
  const narrowed = [namesPlace, namesNamespace].map((names) => unwell.filter(({ scope }) => names(text, scope)));
  const meant = narrowed.find((facts) => facts.length > 0) ?? unwell;
  return { list: meant.map((fact) => ({ scope: fact.scope, ownStory: hasOwnStory(fact) })), text, isOver: overIn(evidence) };
};
