import { readFileSync } from "node:fs";

const PERIOD_MS = 250;

/** When a process began, in clock ticks since boot; tells a reused pid apart. Empty where there is no /proc. */
const birthOf = (pid: number): string => {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? "";
  } catch {
    return "";
  }
};

const isZombie = (pid: number): boolean => {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return stat.slice(stat.lastIndexOf(")") + 2).startsWith("Z");
  } catch {
    return false;
  }
};

const isAlive = (pid: number, birth: string): boolean => {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
  return birthOf(pid) === birth && !isZombie(pid);
};

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
