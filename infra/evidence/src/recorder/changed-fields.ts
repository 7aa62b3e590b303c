/** What decides whether an object has changed: a word for each of its sides. */
export type Sides = Readonly<Record<string, string | undefined>>;

/** The sides that differ, in words: `Ready True → False`; for an object that nobody knew, how it is. */
export const changedSides = (before: Sides | undefined, now: Sides): string[] => {
  const names = [...new Set([...Object.keys(before ?? {}), ...Object.keys(now)])];
  return names.flatMap((name) => {
    const [was, is] = [before?.[name], now[name]];
    if (was === is) return [];
    return was === undefined ? [`${name} ${is ?? "none"}`] : [`${name} ${was} → ${is ?? "none"}`];
  });
};

interface Condition {
  readonly type: string;
  readonly status: string;
  readonly reason?: string;
}

/** A condition with its reason, where it has one; heartbeats and messages move without anything being new. */
export const conditionSides = (conditions: readonly Condition[] | undefined): Sides =>
  Object.fromEntries(
    (conditions ?? []).map(({ type, status, reason }) => [type, reason === undefined || reason === "" ? status : `${status} (${reason})`]),
  );
