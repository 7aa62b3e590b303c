import { spawn } from "node:child_process";
import { closeSync, existsSync, mkdirSync, openSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import { join } from "node:path";
import { notYet, reached, waitUntil } from "@kubera-e2e/schema/wait-until";
import { command } from "./commands.ts";
import { LOG_FOLDER, STATE_FOLDER } from "./plan.ts";

/** vcsim ends with its standard input; this one, which it holds open itself, ends with `down` alone. */
const INPUT = join(STATE_FOLDER, "vcsim.stdin");
/** What it says of itself: url, certificate, user and password, as JSON. */
export const VCSIM_FILE = join(STATE_FOLDER, "vcsim.json");
const START_LIMIT_MS = 20_000;

const inputOf = (pid: string): string | undefined => {
  try {
    return readlinkSync(`/proc/${pid}/fd/0`);
  } catch {
    return undefined;
  }
};

export const vcsimPids = (): number[] =>
  readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name) && inputOf(name) === INPUT)
    .map(Number);

/** Where it listens; undefined while it does not. */
export const vcsimUrl = (): string | undefined => {
  if (vcsimPids().length === 0 || !existsSync(VCSIM_FILE)) return undefined;
  const text = readFileSync(VCSIM_FILE, "utf8");
  return text.endsWith("\n") ? (JSON.parse(text) as { readonly url: string }).url : undefined;
};

/** Starts a vcsim with these VMs on loopback, which outlives this process. Error: `WAIT_DEADLINE`. */
export const startVcsimDaemon = async (binary: string, vms: readonly string[]): Promise<void> => {
  mkdirSync(LOG_FOLDER, { recursive: true });
  if (!existsSync(INPUT)) await command("mkfifo", "--mode=600", INPUT);
  const files = [openSync(INPUT, "r+"), openSync(VCSIM_FILE, "w", 0o600), openSync(join(LOG_FOLDER, "vcsim.log"), "a")] as const;
  const child = spawn(binary, ["-vm", vms.join(",")], { detached: true, stdio: [...files], cwd: "/" });
  child.once("error", () => {});
  child.unref();
  for (const file of files) closeSync(file);
  await waitUntil({
    what: "vcsim listens",
    deadlineMs: START_LIMIT_MS,
    intervalMs: 100,
    probe: async () => (vcsimUrl() === undefined ? notYet("it has not said where") : reached(undefined)),
    fix: `Read vcsim.log in ${LOG_FOLDER}.`,
  });
};
