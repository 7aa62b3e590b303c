/** What `pnpm test` and `e2e` answer to the shell; scripts may rely on the numbers. */
export const EXIT = {
  passed: 0,
  failed: 1,
  usage: 2,
  nothingSelected: 3,
  checksBlocked: 20,
  noLease: 21,
  restoreFailed: 22,
  infrastructure: 23,
  secretFound: 24,
  gateNotMet: 25,
  interrupted: 130,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];
