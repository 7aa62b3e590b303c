import type { Evidence, Fact } from "@kubera-e2e/schema/evidence";
import { exchangeDataSchema } from "@kubera-e2e/schema/fact-data";

const GATEWAY_STATUSES = new Set([502, 503, 504]);
const DIRECTOR_PATH = /^\/(?:v3|ping)(?:\/|$)/;

const dataOf = (fact: Fact) => (fact.kind === "http.exchange" ? exchangeDataSchema.safeParse(fact.data).data : undefined);

/** Whether a call came to nothing, or to the gateway in front of what was called. */
export const isUnanswered = (fact: Fact): boolean => {
  const data = dataOf(fact);
  return data !== undefined && (data.error !== undefined || GATEWAY_STATUSES.has(data.status ?? 0));
};

/** Whether a fact is a call of Director's API; other calls of a test go to API servers, vSphere and registries. */
const isDirectorCall = (fact: Fact): boolean => {
  const { url = "" } = dataOf(fact) ?? {};
  return URL.canParse(url) && DIRECTOR_PATH.test(new URL(url).pathname);
};

/** Calls of Director's API during a test, in the order in which they were made. */
export const directorCalls = ({ facts }: Evidence): Fact[] => facts.filter(isDirectorCall);

const FIRST_SERVER_ERROR = 500;

/** The last call of Director's API, where it was answered with a server error: what it was about does not matter, it failed itself. */
export const serverError = (evidence: Evidence): Fact | undefined => {
  const last = directorCalls(evidence).at(-1);
  return last !== undefined && (dataOf(last)?.status ?? 0) >= FIRST_SERVER_ERROR ? last : undefined;
};

/** Playwright's words when something polled did not come true. */
const POLLED = /while waiting on the predicate|Timed out \d+m?s waiting/;

/** Whether a test asked until its time was over: its last answer was none to what it waited for. */
const hasWaited = ({ error }: Evidence): boolean => error?.code?.startsWith("WAIT_") === true || POLLED.test(error?.message ?? "");

/** An assertion about an answer of Director that came: whatever else was unwell on the bed, the part under test spoke. */
export const spokenBy = (evidence: Evidence): Fact | undefined => {
  const last = directorCalls(evidence).at(-1);
  return last === undefined || isUnanswered(last) || hasWaited(evidence) ? undefined : last;
};

/**
 * Clusters that a test called; undefined where that is not known, and where it waited: what it waits for may be anywhere.
 * Director tells of members too, and for that its caller waits or was answered.
 */
export const calledClusters = (evidence: Evidence): ReadonlySet<string> | undefined => {
  if (hasWaited(evidence)) return undefined;
  const clusters = evidence.facts.flatMap(({ kind, scope }) => (kind === "http.exchange" ? (scope.cluster ?? []) : []));
  return clusters.length > 0 ? new Set(clusters) : undefined;
};
