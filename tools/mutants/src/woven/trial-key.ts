/** One test under one mutant. */
export interface Trial {
  readonly id: string;
  /** Whether no further test of the mutant is run once this one is red. */
  readonly ends: boolean;
}

/** Trials by test: `<plan id>|<title>`. */
export type Trials = Readonly<Record<string, readonly Trial[]>>;

export const trialKey = (plan: string, title: string): string => `${plan}|${title}`;
