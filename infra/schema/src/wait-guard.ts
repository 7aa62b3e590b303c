/** Hears of a wait when it begins, and by the returned function when it has ended. */
export type WaitGuard = (deadlineMs: number, what: string) => () => void;

const guards = new Set<WaitGuard>();

/**
 * Has every wait of this process told to `guard` until the returned function is called: whoever limits the time of what waits
 * can grant a wait its deadline, so that the wait ends first and says why, and whoever reports can tell what was waited for.
 */
export const guardWaits = (guard: WaitGuard): (() => void) => {
  const own: WaitGuard = (deadlineMs, what) => guard(deadlineMs, what);
  guards.add(own);
  return () => {
    guards.delete(own);
  };
};

export const enterWait: WaitGuard = (deadlineMs, what) => {
  const leaves = [...guards].map((guard) => guard(deadlineMs, what));
  return () => {
    for (const leave of leaves) leave();
  };
};
