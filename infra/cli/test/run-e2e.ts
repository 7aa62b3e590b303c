import { spawn, type ChildProcess } from "node:child_process";
import { join } from "node:path";

const BIN = join(import.meta.dirname, "..", "bin", "e2e.mjs");

export interface Said {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** The command under way; `said` resolves when it has ended. */
export interface RunningE2e {
  readonly child: ChildProcess;
  /** What it has written to stderr so far. */
  readonly errorsSoFar: () => string;
  readonly said: Promise<Said>;
}

/** Starts the real command with PATH and the given environment alone. */
export const startE2e = (environment: Readonly<Record<string, string>>, args: readonly string[]): RunningE2e => {
  const child = spawn(process.execPath, [BIN, ...args], {
    cwd: join(BIN, "..", "..", "..", ".."),
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
  return { child, errorsSoFar: () => err, said };
};

export const runE2e = (environment: Readonly<Record<string, string>>, args: readonly string[]): Promise<Said> =>
  startE2e(environment, args).said;
