import type { Trouble } from "./assign.ts";
import { groupBy } from "./group.ts";
import type { Finding, Rule } from "./rule.ts";

/** A trouble with the tests it is behind. */
export interface Blamed<T> {
  readonly trouble: Trouble;
  readonly tests: readonly T[];
}

/** One incident: a finding, or several of one cause in one cluster at one time. */
export interface Joint<T> {
  readonly finding: Finding;
  /** The findings it is made of, when they are several. */
  readonly parts: readonly Finding[];
  readonly tests: readonly T[];
}

const endMs = ({ lasting, toMs }: Finding): number => (lasting ? Infinity : toMs);

/** Groups in which each one begins before those ahead of it have ended. */
const overlapping = <T>(blamed: readonly Blamed<T>[]): Blamed<T>[][] => {
  const groups: Blamed<T>[][] = [];
  let untilMs = -Infinity;
  for (const next of blamed.toSorted((a, b) => a.trouble.finding.fromMs - b.trouble.finding.fromMs)) {
    const { finding } = next.trouble;
    const last = groups.at(-1);
    if (last === undefined || finding.fromMs > untilMs) groups.push([next]);
    else last.push(next);
    untilMs = Math.max(untilMs, endMs(finding));
  }
  return groups;
};

const placeName = ({ scope }: Finding): string => scope.node ?? scope.image ?? "";

const joined = (parts: readonly [Finding, ...Finding[]], together: NonNullable<Rule["together"]>): Finding => {
  const [first] = parts;
  const { cluster } = first.scope;
  return {
    cause: first.cause,
    ...together(parts),
    scope: cluster === undefined ? {} : { cluster },
    fromMs: Math.min(...parts.map(({ fromMs }) => fromMs)),
    toMs: Math.max(...parts.map(({ toMs }) => toMs)),
    lasting: parts.some(({ lasting }) => lasting),
    confidence: Math.max(...parts.map(({ confidence }) => confidence)),
    evidence: [...new Set(parts.flatMap(({ evidence }) => evidence))],
    against: [...new Set(parts.flatMap(({ against }) => against))],
  };
};

const jointOf = <T>(group: readonly Blamed<T>[], together: Rule["together"]): Joint<T>[] => {
  const [first, ...rest] = group.map(({ trouble }) => trouble.finding).toSorted((a, b) => placeName(a).localeCompare(placeName(b)));
  if (first === undefined) return [];
  if (rest.length === 0 || together === undefined)
    return group.map(({ trouble, tests }) => ({ finding: trouble.finding, parts: [], tests }));
  const parts = [first, ...rest] as const;
  return [{ finding: joined(parts, together), parts, tests: group.flatMap(({ tests }) => tests) }];
};

/**
 * Joins troubles of one cause in one cluster with overlapping windows, where the cause's rule can word them together.
 * Tests were given to each on its own before, so that joining blames nobody for more than the one it is about.
 */
export const joinIncidents = <T>(blamed: readonly Blamed<T>[], rules: readonly Rule[]): Joint<T>[] => {
  const kinds = groupBy(blamed, ({ trouble: { finding } }) => `${finding.cause} ${finding.scope.cluster ?? ""}`);
  return [...kinds.values()].flatMap((kind) => {
    const together = rules.find(({ id }) => id === kind[0]?.trouble.finding.cause)?.together;
    return overlapping(kind).flatMap((group) => jointOf(group, together));
  });
};
