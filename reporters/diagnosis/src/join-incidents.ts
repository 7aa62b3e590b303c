import type { Evidence } from "@kubera-e2e/schema/evidence";
import type { Trouble } from "./assign.ts";
import type { Finding, Rule } from "./rule.ts";

/** A trouble with the tests it is behind. */
export interface Blamed<T extends Evidence> {
  readonly trouble: Trouble;
  readonly tests: readonly T[];
}

/** One incident: a trouble, or several of one cause in one cluster at one time. */
export interface Joint<T extends Evidence> {
  readonly finding: Finding;
  /** The findings it is made of, when they are several. */
  readonly parts: readonly Finding[];
  readonly tests: readonly T[];
}

const endMs = ({ lasting, toMs }: Finding): number => (lasting ? Infinity : toMs);

/** Groups in which each one begins before those ahead of it have ended. */
const overlapping = <T extends Evidence>(blamed: readonly Blamed<T>[]): Blamed<T>[][] => {
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

const joinGroup = <T extends Evidence>(group: readonly Blamed<T>[], together: NonNullable<Rule["together"]>): Joint<T>[] => {
  const parts = group.map(({ trouble }) => trouble.finding).toSorted((a, b) => placeName(a).localeCompare(placeName(b)));
  const [first] = parts;
  if (first === undefined) return [];
  const { cluster } = first.scope;
  return [
    {
      finding: {
        ...first,
        ...together(parts),
        scope: cluster === undefined ? {} : { cluster },
        fromMs: Math.min(...parts.map(({ fromMs }) => fromMs)),
        toMs: Math.max(...parts.map(({ toMs }) => toMs)),
        lasting: parts.some(({ lasting }) => lasting),
        confidence: Math.max(...parts.map(({ confidence }) => confidence)),
        evidence: parts.flatMap(({ evidence }) => evidence),
        against: parts.flatMap(({ against }) => against),
      },
      parts,
      tests: [...new Set(group.flatMap(({ tests }) => tests))].toSorted((a, b) => a.window.from.localeCompare(b.window.from)),
    },
  ];
};

const alone = <T extends Evidence>({ trouble, tests }: Blamed<T>): Joint<T> => ({ finding: trouble.finding, parts: [], tests });

/**
 * Joins troubles of one cause in one cluster with overlapping windows, where the cause's rule can word them together.
 * Tests were given to each on its own before, so that joining blames nobody for more than the one it is about.
 */
export const joinIncidents = <T extends Evidence>(blamed: readonly Blamed<T>[], rules: readonly Rule[]): Joint<T>[] => {
  const kinds = new Map<string, Blamed<T>[]>();
  for (const one of blamed) {
    const { cause, scope } = one.trouble.finding;
    const key = `${cause} ${scope.cluster ?? ""}`;
    kinds.set(key, [...(kinds.get(key) ?? []), one]);
  }
  return [...kinds.values()].flatMap((kind) => {
    const together = rules.find(({ id }) => id === kind[0]?.trouble.finding.cause)?.together;
    if (together === undefined) return kind.map(alone);
    return overlapping(kind).flatMap((group) => (group.length === 1 ? group.map(alone) : joinGroup(group, together)));
  });
};
