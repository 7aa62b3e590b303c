import type { Condition } from "../workload-objects.ts";

export const findCondition = (conditions: readonly Condition[] | undefined, type: string): Condition | undefined =>
  (conditions ?? []).find((condition) => condition.type === type);

export const isTrue = (conditions: readonly Condition[] | undefined, type: string): boolean =>
  findCondition(conditions, type)?.status === "True";

/** Puts a condition among the others; its transition time moves only with its status. */
export const withCondition = (conditions: readonly Condition[] | undefined, wanted: Condition, now: string): readonly Condition[] => {
  const before = findCondition(conditions, wanted.type);
  const lastTransitionTime = before?.status === wanted.status ? (before.lastTransitionTime ?? now) : now;
  const next = { ...wanted, lastTransitionTime };
  if (before === undefined) return [...(conditions ?? []), next];
  return (conditions ?? []).map((condition) => (condition.type === wanted.type ? next : condition));
};
