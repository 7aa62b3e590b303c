import { eventDataSchema, exchangeDataSchema, podDataSchema } from "@kubera-e2e/schema/fact-data";
import type { Evidence, Fact, Scope } from "@kubera-e2e/schema/evidence";

const DECISIVE = ["node", "vm", "esxHost", "image", "urlHost", "namespace"] as const;

const differ = (a: string | undefined, b: string | undefined): boolean => a !== undefined && b !== undefined && a !== b;

/** Whether two places have something in common and nothing that keeps them apart. */
export const scopesMeet = (a: Scope, b: Scope): boolean => {
  if (differ(a.bed, b.bed) || differ(a.cluster, b.cluster)) return false;
  return DECISIVE.some((key) => a[key] !== undefined && a[key] === b[key]);
};

const PART_OF_NAME = /[A-Za-z0-9_-]/;

/** Whether a name stands in a text as a whole word. */
const mentions = (text: string, name: string): boolean => {
  for (let at = text.indexOf(name); at >= 0; at = text.indexOf(name, at + 1)) {
    if (!PART_OF_NAME.test(text[at - 1] ?? " ") && !PART_OF_NAME.test(text[at + name.length] ?? " ")) return true;
  }
  return false;
};

/** Whether an error's text names the place: its node, VM, image or host, or an object of its namespace. */
const named = (text: string, scope: Scope): boolean => {
  const names = [scope.node, scope.vm, scope.image, scope.urlHost].filter((name) => name !== undefined && name !== "");
  if (names.some((name) => name !== undefined && mentions(text, name))) return true;
  return scope.namespace !== undefined && text.includes(`${scope.namespace}/`) && mentions(text, scope.namespace);
};

const GATEWAY_STATUSES = new Set([502, 503, 504]);

const isUnanswered = (fact: Fact): boolean => {
  const data = fact.kind === "http.exchange" ? exchangeDataSchema.safeParse(fact.data).data : undefined;
  return data !== undefined && (data.error !== undefined || GATEWAY_STATUSES.has(data.status ?? 0));
};

/** Whether a fact shows that something the test leant on was not well. A node as such never does: a test leans on pods. */
export const isSymptom = (fact: Fact): boolean => {
  if (fact.kind === "kubernetes.event") return eventDataSchema.safeParse(fact.data).data?.type === "Warning" && fact.scope.kind !== "Node";
  if (fact.kind === "kubernetes.pod") return isUnwell(fact);
  if (fact.kind === "http.exchange") return isUnanswered(fact);
  if (fact.kind === "kubernetes.workload") return Number(fact.data["availableReplicas"] ?? 0) < Number(fact.data["replicas"] ?? 0);
  return fact.data["status"] === "failed" || fact.data["outcome"] === "failed";
};

const isUnwell = (fact: Fact): boolean => {
  const data = podDataSchema.safeParse(fact.data).data;
  if (data === undefined || data.phase === "Succeeded") return false;
  return data.ready === false || data["waiting.reason"] !== undefined || data.phase === "Failed" || data.phase === "Pending";
};

/** What a test leant on that was not well, and what its error says. */
export interface Symptoms {
  readonly scopes: readonly Scope[];
  readonly text: string;
  /** Its calls got no answer and nothing names the pod behind them. */
  readonly onlyUnanswered: boolean;
}

const isExchange = ({ kind }: Fact): boolean => kind === "http.exchange";

/** An assertion about an answer that came: whatever else was unwell on the bed, the part under test spoke. */
const wasAnswered = ({ facts, error }: Evidence): boolean => {
  const last = facts.findLast(isExchange);
  return last !== undefined && !isUnanswered(last) && error?.code?.startsWith("WAIT_") !== true;
};

/** Evidence holds all that was unwell on the bed; an error that names its object narrows that to what the test leant on. */
export const symptomsOf = (evidence: Evidence): Symptoms => {
  const { error } = evidence;
  const text = error === undefined ? "" : [error.message, error.where, error.because].filter((part) => part !== undefined).join("\n");
  const unwell = wasAnswered(evidence) ? [] : evidence.facts.filter(isSymptom);
  const meant = unwell.filter(({ scope }) => named(text, scope));
  const facts = meant.length > 0 ? meant : unwell;
  return { scopes: facts.map((fact) => fact.scope), text, onlyUnanswered: facts.length > 0 && facts.every(isUnanswered) };
};

/** Whether trouble at these places can be behind these symptoms. */
export const reaches = (places: readonly Scope[], symptoms: Symptoms): boolean => {
  if (places.some((place) => symptoms.scopes.some((scope) => scopesMeet(place, scope)) || named(symptoms.text, place))) return true;
  return symptoms.onlyUnanswered && places.some((place) => place.namespace !== undefined);
};
