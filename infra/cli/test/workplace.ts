import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { simUpSchema, type SimUp } from "@kubera-e2e/schema/sim-up";
import { expect, onTestFinished } from "vitest";

/** A computer of one test's own: a home folder, a folder for temporary files and one for artifacts, all empty. */
export interface Workplace {
  readonly root: string;
  readonly artifacts: string;
  readonly environment: Readonly<Record<string, string>>;
  /** Every simulated data centre that has a folder here, alive or not. */
  readonly sims: () => SimUp[];
  /** Folders that a simulated data centre has here. */
  readonly simFolders: () => string[];
  /** Names in the folder of artifacts; those of runs sort by time. */
  readonly runs: () => string[];
  readonly remove: () => void;
}

const namesIn = (folder: string): string[] => (existsSync(folder) ? readdirSync(folder) : []);

const readSim = (folder: string): SimUp[] => {
  try {
    return [simUpSchema.parse(JSON.parse(readFileSync(join(folder, "sim.json"), "utf8")))];
  } catch {
    return [];
  }
};

/** Leases, marks and sims of others on this computer are out of its sight. */
export const newWorkplace = (): Workplace => {
  const root = mkdtempSync(join(tmpdir(), "e2e-work-"));
  const [home, temporary, artifacts] = [join(root, "home"), join(root, "tmp"), join(root, "artifacts")];
  for (const folder of [home, temporary]) mkdirSync(folder);
  const simFolders = (): string[] =>
    namesIn(temporary)
      .filter((name) => name.startsWith("kubera-e2e-"))
      .flatMap((name) => namesIn(join(temporary, name)).map((sim) => join(temporary, name, sim)));
  return {
    root,
    artifacts,
    environment: { HOME: home, TMPDIR: temporary, ARTIFACTS: artifacts },
    sims: () => simFolders().flatMap(readSim),
    simFolders,
    runs: () =>
      namesIn(artifacts)
        .filter((name) => !name.startsWith("."))
        .toSorted(),
    // A worker whose Playwright was killed writes a moment longer.
    remove: () => rmSync(root, { recursive: true, force: true, maxRetries: 20 }),
  };
};

/** A workplace that is gone when the test is. */
export const workplaceOfTest = (): Workplace => {
  const workplace = newWorkplace();
  onTestFinished(() => workplace.remove());
  return workplace;
};

/** What the kernel says of a process: parent and state; undefined when there is none. Linux alone has it. */
const statOf = (pid: number): { readonly parent: number; readonly state: string } | undefined => {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, "utf8");
    const [state = "", parent = ""] = text.slice(text.lastIndexOf(")") + 2).split(" ");
    return { state, parent: Number(parent) };
  } catch {
    return undefined;
  }
};

/** Whether a process has ended; one that only waits to be buried has. */
export const hasEnded = (pid: number): boolean => [undefined, "Z"].includes(statOf(pid)?.state);

/** Its command line, the parts separated by blanks. */
export const commandOf = (pid: number): string => readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ");

/** Processes that a process has started itself. */
export const childrenOf = (pid: number): number[] =>
  readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((child) => statOf(child)?.parent === pid);

/** A simulated data centre is gone this long after its parent at the latest. */
export const LIMIT_MS = 2000;

/** Waits until a process has ended; how long that took, in milliseconds. */
export const endOf = async (pid: number): Promise<number> => {
  const sinceMs = performance.now();
  await expect.poll(() => hasEnded(pid), { interval: 20, timeout: 10_000 }).toBe(true);
  return performance.now() - sinceMs;
};
