import type { ProgramContext } from "../../kubernetes/program.ts";

/** Given, for a reason that Node makes up takes a stack. */
const OVER = "the wait is over";

/** Resolves once: with the first change of these kinds, after `lookMs` of simulated time without one, or with the end of the container. */
export const untilChange = ({ store, time, signal }: ProgramContext, kinds: readonly string[], lookMs: number): Promise<void> =>
  new Promise((resolve) => {
    const over = new AbortController();
    const wake = (): void => {
      if (over.signal.aborted) return;
      unwatch();
      signal.removeEventListener("abort", wake);
      over.abort(OVER);
      resolve();
    };
    const unwatch = store.watch(({ resource }) => {
      if (kinds.includes(resource.kind)) wake();
    });
    signal.addEventListener("abort", wake, { once: true });
    if (signal.aborted) wake();
    else void time.delay(lookMs, over.signal).then(wake);
  });
