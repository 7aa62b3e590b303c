export interface RollingLimits {
  readonly desired: number;
  readonly maxSurge: number;
  readonly maxUnavailable: number;
}

export interface ReplicaCount {
  readonly name: string;
  readonly wanted: number;
  readonly available: number;
}

/** A number, or a share of `of`: "25%". */
export const shareOf = (value: number | string | undefined, of: number, round: (share: number) => number): number => {
  if (typeof value === "number") return value;
  const percent = /^(\d+)%$/.exec(value ?? "")?.[1];
  return percent === undefined ? Number(value ?? 0) : round((of * Number(percent)) / 100);
};

/** The limits of a rolling update; when both come to nothing, one pod may be missing. */
export const limitsOf = (
  desired: number,
  update: { readonly maxSurge?: number | string; readonly maxUnavailable?: number | string },
): RollingLimits => {
  const maxSurge = shareOf(update.maxSurge ?? "25%", desired, Math.ceil);
  const maxUnavailable = shareOf(update.maxUnavailable ?? "25%", desired, Math.floor);
  return { desired, maxSurge, maxUnavailable: maxSurge === 0 && maxUnavailable === 0 ? 1 : maxUnavailable };
};

const sum = (counts: readonly ReplicaCount[], field: "wanted" | "available"): number =>
  counts.reduce((total, count) => total + count[field], 0);

/** How many replicas the newest replica set may have now. */
export const newReplicas = (limits: RollingLimits, newest: ReplicaCount, old: readonly ReplicaCount[]): number => {
  if (newest.wanted >= limits.desired) return limits.desired;
  const room = limits.desired + limits.maxSurge - sum(old, "wanted") - newest.wanted;
  return Math.min(limits.desired, newest.wanted + Math.max(room, 0));
};

/** How many replicas each old replica set keeps: unavailable pods go first, then as many as availability allows. */
export const oldReplicas = (limits: RollingLimits, newest: ReplicaCount, old: readonly ReplicaCount[]): ReadonlyMap<string, number> => {
  const total = newest.wanted + sum(old, "wanted");
  const leastAvailable = limits.desired - limits.maxUnavailable;
  let removable = Math.max(total - leastAvailable - Math.max(newest.wanted - newest.available, 0), 0);
  const kept = new Map(old.map((count) => [count.name, count.wanted]));
  const take = (name: string, most: number): number => {
    const taken = Math.max(Math.min(most, removable, kept.get(name) ?? 0), 0);
    kept.set(name, (kept.get(name) ?? 0) - taken);
    removable -= taken;
    return taken;
  };
  for (const count of old) take(count.name, count.wanted - count.available);
  let spare = newest.available + sum(old, "available") - leastAvailable;
  for (const count of old) spare -= take(count.name, Math.max(spare, 0));
  return kept;
};
