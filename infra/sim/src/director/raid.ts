export interface RaidGroup {
  readonly type: string;
  /** Devices of one group. */
  readonly count: number;
}

const isPowerOfTwo = (n: number): boolean => n >= 1 && Number.isInteger(Math.log2(n));

const RULES: Readonly<Record<string, { readonly isValid: (count: number) => boolean; readonly parity: (count: number) => number }>> = {
  stripe: { isValid: (count) => count >= 1, parity: () => 0 },
  mirror: { isValid: (count) => count === 2, parity: (count) => count / 2 },
  raidz: { isValid: (count) => count >= 3 && isPowerOfTwo(count - 1), parity: () => 1 },
  raidz2: { isValid: (count) => count >= 6 && isPowerOfTwo(count - 2), parity: () => 2 },
};

export const isValidGroup = ({ type, count }: RaidGroup): boolean =>
  Object.hasOwn(RULES, type) && Number.isInteger(count) && (RULES[type]?.isValid(count) ?? false);

/** Devices of one group that hold data. */
export const dataDevices = ({ type, count }: RaidGroup): number => count - (RULES[type]?.parity(count) ?? 0);
