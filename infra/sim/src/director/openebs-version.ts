/** Templates of each Director release, oldest first, so that the newest gets the highest id. */
const TEMPLATES: Readonly<Record<string, readonly string[]>> = {
  "1.11.0": ["1.11.0-ee", "1.12.0-ee"],
  "1.12.0": ["1.12.0-ee", "2.0.0-ee"],
};
const LATEST = ["1.12.0-ee", "2.0.0-ee"] as const;

/** OpenEBS versions that a release of Director offers, oldest first. */
export const offeredVersions = (release: string): readonly string[] => TEMPLATES[release] ?? LATEST;

const numbersOf = (version: string): number[] => (version.split("-")[0] ?? "").split(".").map(Number);

export const isVersion = (text: string): boolean => /^\d+\.\d+\.\d+(-[A-Za-z0-9.]+)?$/.test(text);

/** Negative when `a` is older than `b`; the suffix does not count. */
export const compareVersions = (a: string, b: string): number => {
  const [left, right] = [numbersOf(a), numbersOf(b)];
  const differing = [0, 1, 2].find((index) => left[index] !== right[index]);
  return differing === undefined ? 0 : (left[differing] ?? 0) - (right[differing] ?? 0);
};
