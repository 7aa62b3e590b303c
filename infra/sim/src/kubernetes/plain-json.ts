const known = new WeakSet<object>();

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null;

const frozen = <T extends object>(value: T): T => {
  Object.freeze(value);
  known.add(value);
  return value;
};

/** A deep-frozen copy as JSON would carry it; parts that are frozen copies already are shared, not copied. */
export const plainJson = <T>(value: T): T => {
  if (!isObject(value) || known.has(value)) return value;
  if (Array.isArray(value)) return frozen(value.map((entry: unknown) => plainJson(entry))) as T;
  const copy: Record<string, unknown> = {};
  for (const [key, entry] of Object.entries(value)) {
    if (entry !== undefined) copy[key] = plainJson(entry);
  }
  return frozen(copy) as T;
};

/** Whether two JSON values say the same; a missing field equals an undefined one. */
export const sameJson = (a: unknown, b: unknown): boolean => {
  if (a === b) return true;
  if (!isObject(a) || !isObject(b) || Array.isArray(a) !== Array.isArray(b)) return false;
  const keys = new Set([...Object.keys(a), ...Object.keys(b)]);
  for (const key of keys) {
    if (!sameJson(a[key], b[key])) return false;
  }
  return true;
};
