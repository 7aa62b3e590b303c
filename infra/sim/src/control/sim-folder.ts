import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { simUpSchema, type SimUp } from "@kubera-e2e/schema/sim-up";
import { birthOf, isAlive } from "./process-life.ts";

const PRIVATE_FOLDER = 0o700;
const PRIVATE_FILE = 0o600;

/** Where the sims of this user keep their folders. */
const home = (): string => join(tmpdir(), `kubera-e2e-${process.getuid?.() ?? "user"}`);

const simFolders = (): string[] =>
  readdirSync(home())
    .filter((name) => name.startsWith("sim-"))
    .map((name) => join(home(), name));

/** A new folder that only this user can read; leftovers of dead sims are removed. */
export const newSimFolder = (): string => {
  mkdirSync(home(), { recursive: true, mode: PRIVATE_FOLDER });
  chmodSync(home(), PRIVATE_FOLDER);
  for (const folder of simFolders()) if (isLeftOver(folder)) removeSimFolder(folder);
  return mkdtempSync(join(home(), `sim-${process.pid}-${birthOf(process.pid)}-`));
};

export const writePrivate = (folder: string, name: string, text: string): string => {
  const path = join(folder, name);
  writeFileSync(path, text, { mode: PRIVATE_FILE });
  return path;
};

export const removeSimFolder = (folder: string): void => rmSync(folder, { recursive: true, force: true });

/** Its name tells whose a folder is, before anything is in it: `sim-<pid>-<birth of the process>-<random>`. */
const isLeftOver = (folder: string): boolean => {
  const [, pid, birth] = /^sim-(\d+)-(\d*)-/.exec(basename(folder)) ?? [];
  return pid !== undefined && !isAlive(Number(pid), birth ?? "");
};

const readSim = (folder: string): SimUp | undefined => {
  try {
    return simUpSchema.parse(JSON.parse(readFileSync(join(folder, "sim.json"), "utf8")));
  } catch {
    return undefined;
  }
};

/** The newest simulated data centre of this user that was started to be shared and still runs. */
export const findSharedSim = (): SimUp | undefined => {
  if (!existsSync(home())) return undefined;
  const shared = simFolders().filter((folder) => !isLeftOver(folder) && existsSync(join(folder, "shared")));
  const sims = shared.map(readSim).filter((sim) => sim !== undefined);
  return sims.toSorted((a, b) => b.startedAt.localeCompare(a.startedAt))[0];
};
