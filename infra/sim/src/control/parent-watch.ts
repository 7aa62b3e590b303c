import { birthOf, isAlive } from "./process-life.ts";

const PERIOD_MS = 250;

/** Calls `onGone` once when one of the processes is no more, at most a quarter of a second later; answers how to stop watching. */
export const watchParents = (pids: readonly number[], onGone: (pid: number) => void): (() => void) => {
  const births = new Map(pids.map((pid) => [pid, birthOf(pid)]));
  const timer = setInterval(() => {
    const gone = pids.find((pid) => !isAlive(pid, births.get(pid) ?? ""));
    if (gone === undefined) return;
    clearInterval(timer);
    onGone(gone);
  }, PERIOD_MS);
  return () => clearInterval(timer);
};
