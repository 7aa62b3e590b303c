import type { Fact } from "@kubera-e2e/schema/evidence";

/** Something with a fact and the time of that fact. */
export interface Timed {
  readonly fact: Fact;
  readonly atMs: number;
}

/** Values by key, in the order in which they came; a value without a key is left out. */
export const groupBy = <T>(values: readonly T[], key: (value: T) => string | undefined): Map<string, T[]> => {
  const groups = new Map<string, T[]>();
  for (const value of values) {
    const name = key(value);
    if (name === undefined) continue;
    const group = groups.get(name) ?? [];
    group.push(value);
    groups.set(name, group);
  }
  return groups;
};

/** First and last moment, and the facts, of some signs; there must be one at least. */
export const spanOf = (signs: readonly Timed[]): { readonly fromMs: number; readonly toMs: number; readonly evidence: Fact[] } => {
  const ordered = signs.toSorted((a, b) => a.atMs - b.atMs);
  return { fromMs: ordered[0]?.atMs ?? 0, toMs: ordered.at(-1)?.atMs ?? 0, evidence: ordered.map(({ fact }) => fact) };
};
