import { spawn, type ChildProcess } from "node:child_process";
import { join } from "node:path";

/** Root of this repository. */
export const ROOT = join(import.meta.dirname, "..", "..", "..");

/** Starts `e2e` under plain Node. */
export const E2E = [process.execPath, join(ROOT, "infra", "cli", "bin", "e2e.mjs")] as const;

export interface Said {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** The command under way; `said` resolves when it has ended. */
export interface RunningE2e {
  readonly child: ChildProcess;
  /** What it has written to stdout so far. */
  readonly outputSoFar: () => string;
  /** What it has written to stderr so far. */
  readonly errorsSoFar: () => string;
  readonly said: Promise<Said>;
}

interface Surroundings {
  readonly environment: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Number of another user, and of his only group; root alone can become one. */
  readonly user?: number | undefined;
}

/** Starts a program with PATH and the given environment alone. */
export const startProgram = ([program = "", ...args]: readonly string[], { environment, cwd = ROOT, user }: Surroundings): RunningE2e => {
  const child = spawn(program, args, {
    cwd,
    ...(user !== undefined && { uid: user, gid: user }),
    env: { PATH: process.env["PATH"] ?? "", ...environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let out = "";
  let err = "";
  child.stdout.on("data", (chunk: Buffer) => (out += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (err += chunk.toString()));
  const said = new Promise<Said>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => resolve({ code, out, err }));
  });
  return { child, outputSoFar: () => out, errorsSoFar: () => err, said };
};

/** Starts the real command with PATH and the given environment alone. */
export const startE2e = (environment: Readonly<Record<string, string>>, args: readonly string[]): RunningE2e =>
  startProgram([...E2E, ...args], { environment });

export const runE2e = (environment: Readonly<Record<string, string>>, args: readonly string[]): Promise<Said> =>
  startE2e(environment, args).said;
