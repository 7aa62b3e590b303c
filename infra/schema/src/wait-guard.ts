/** Hears of a wait when it begins, and by the returned function when it has ended. */
export type WaitGuard = (deadlineMs: number) => () => void;

let guard: WaitGuard | undefined;

/**
 * Has every wait of this process told to `next` until the returned function is called: whoever limits the time of what waits
 * can grant a wait its deadline, so that the wait ends first and says why.
 */
export const guardWaits = (next: WaitGuard): (() => void) => {
  const before = guard;
  guard = next;
  return () => {
    if (guard === next) guard = before;
  };
};

export const enterWait: WaitGuard = (deadlineMs) => guard?.(deadlineMs) ?? (() => {});
