import { spawn } from "node:child_process";
import { constants } from "node:os";

const FORWARDED = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

export interface ForegroundOptions {
  readonly cwd: string;
  /** Added to the environment of this process. */
  readonly environment: Readonly<Record<string, string>>;
  /** Added where the environment of this process has none of that name. */
  readonly defaults?: Readonly<Record<string, string>>;
  /** Called with whatever the program sends over its channel. */
  readonly onMessage?: (message: unknown) => void;
  /** Whether it is a Node program that hears of our end by `disconnect`; default true. */
  readonly tether?: boolean;
}

/** The shell that this user has chosen. */
export const userShell = (): string => process.env.SHELL || "/bin/sh";

/**
 * Runs a program on this terminal until it ends; answers its exit code, 128 plus the number for a signal.
 * Signals are passed on; a program that listens for `disconnect` hears of our end, however we die.
 */
export const runForeground = (argv: readonly [string, ...string[]], options: ForegroundOptions): Promise<number> => {
  const [program, ...args] = argv;
  const child = spawn(program, args, {
    cwd: options.cwd,
    stdio: ["inherit", "inherit", "inherit", ...(options.tether === false ? [] : (["ipc"] as const))],
    env: { ...options.defaults, ...process.env, ...options.environment },
  });
  child.on("message", (message) => options.onMessage?.(message));
  const forward = (signal: NodeJS.Signals): void => {
    // A terminal sends Ctrl-C to the child as well, and Playwright takes a second one for impatience.
    if (signal === "SIGINT" && process.stdin.isTTY) return;
    child.kill(signal);
  };
  for (const signal of FORWARDED) process.on(signal, forward);
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code, signal) => {
      for (const name of FORWARDED) process.off(name, forward);
      resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal]));
    });
  });
};
