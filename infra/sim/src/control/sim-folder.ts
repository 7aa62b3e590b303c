import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { simUpSchema, type SimUp } from "@kubera-e2e/schema/sim-up";

const PRIVATE_FOLDER = 0o700;
const PRIVATE_FILE = 0o600;

/** Where the sims of this user keep their folders. */
const home = (): string => join(tmpdir(), `kubera-e2e-${userInfo().uid}`);

/** A new folder that only this user can read. */
export const newSimFolder = (): string => {
  mkdirSync(home(), { recursive: true, mode: PRIVATE_FOLDER });
  chmodSync(home(), PRIVATE_FOLDER);
  return mkdtempSync(join(home(), "sim-"));
};

export const writePrivate = (folder: string, name: string, text: string): string => {
  const path = join(folder, name);
  writeFileSync(path, text, { mode: PRIVATE_FILE });
  return path;
};

export const removeSimFolder = (folder: string): void => rmSync(folder, { recursive: true, force: true });

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

const readSim = (folder: string): SimUp | undefined => {
  try {
    return simUpSchema.parse(JSON.parse(readFileSync(join(folder, "sim.json"), "utf8")));
  } catch {
    return undefined;
  }
};

/** The newest simulated data centre of this user that was started to be shared and still runs; leftovers of dead ones are removed. */
export const findSharedSim = (): SimUp | undefined => {
  if (!existsSync(home())) return undefined;
  const folders = readdirSync(home()).filter((name) => name.startsWith("sim-"));
  const alive: SimUp[] = [];
  for (const folder of folders.map((name) => join(home(), name))) {
    const sim = readSim(folder);
    if (sim === undefined) continue;
    if (!isAlive(sim.pid)) removeSimFolder(folder);
    else if (existsSync(join(folder, "shared"))) alive.push(sim);
  }
  return alive.toSorted((a, b) => b.startedAt.localeCompare(a.startedAt))[0];
};
