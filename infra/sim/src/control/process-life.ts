import { readFileSync } from "node:fs";

/** State and start of a process as the kernel tells them; both empty where there is no /proc or no such process. */
const statOf = (pid: number): { readonly state: string; readonly birth: string } => {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return { state: fields[0] ?? "", birth: fields[19] ?? "" };
  } catch {
    return { state: "", birth: "" };
  }
};

/** When a process began, in clock ticks since boot; tells a reused pid apart. Empty where there is no /proc. */
export const birthOf = (pid: number): string => statOf(pid).birth;

/** Whether the process that began at `birth` still runs; one that only waits to be buried does not. */
export const isAlive = (pid: number, birth: string): boolean => {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
  const now = statOf(pid);
  return now.birth === birth && now.state !== "Z";
};
