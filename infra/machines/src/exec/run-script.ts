import { spawn, type ChildProcessWithoutNullStreams } from "node:child_process";
import { createInterface } from "node:readline";

export interface ScriptCall {
  readonly argv: readonly string[];
  /** Written to its stdin, which is then closed. */
  readonly input: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
  /** Each line of its stderr as it comes. */
  readonly onLine: (line: string) => void;
  /** Each line of its stdout as it comes; it is in the answer all the same. */
  readonly onOutput?: (line: string) => void;
}

/** How a script ended: with a code, by a signal, or it never began. */
export interface ScriptEnd {
  readonly code: number | undefined;
  readonly endedBy: string | undefined;
  readonly stdout: string;
  readonly stderr: readonly string[];
}

/** From being asked to end until being ended. */
const GRACE_MS = 3000;
const OUTPUT_LIMIT = 16 * 1024 * 1024;
const KEPT_LINES = 50;

/** To the script and all that it started; a group that has ended already is as good. */
const signalGroup = (pid: number | undefined, signal: NodeJS.Signals): void => {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
};

const gather = (child: ChildProcessWithoutNullStreams, { onLine, onOutput }: Pick<ScriptCall, "onLine" | "onOutput">) => {
  const chunks: Buffer[] = [];
  const stderr: string[] = [];
  let size = 0;
  child.stdout.on("data", (chunk: Buffer) => {
    size += chunk.length;
    if (size > OUTPUT_LIMIT) signalGroup(child.pid, "SIGKILL");
    else chunks.push(chunk);
  });
  if (onOutput !== undefined) createInterface({ input: child.stdout }).on("line", onOutput);
  createInterface({ input: child.stderr }).on("line", (line) => {
    stderr.push(line);
    if (stderr.length > KEPT_LINES) stderr.shift();
    onLine(line);
  });
  return { stdout: () => Buffer.concat(chunks).toString("utf8"), stderr };
};

/**
 * Runs a program without a shell, in a process group of its own; when the signal aborts, the whole group is asked to end and, after
 * three seconds, ended. Never rejects for how the program ends; rejects with the system's error when it cannot be started.
 */
export const runScript = ({ argv, input, environment, signal, ...listeners }: ScriptCall): Promise<ScriptEnd> =>
  new Promise((resolve, reject) => {
    const [program = "", ...args] = argv;
    const child = spawn(program, args, { env: environment, detached: true, stdio: ["pipe", "pipe", "pipe"] });
    const said = gather(child, listeners);
    let killer: NodeJS.Timeout | undefined;
    const stop = (): void => {
      signalGroup(child.pid, "SIGTERM");
      killer = setTimeout(() => {
        signalGroup(child.pid, "SIGKILL");
        // Who left the group may hold them open, and its end would never be told.
        child.stdout.destroy();
        child.stderr.destroy();
      }, GRACE_MS);
    };
    const done = (): void => {
      clearTimeout(killer);
      signal.removeEventListener("abort", stop);
    };
    child.once("error", (error) => {
      done();
      reject(error);
    });
    child.once("close", (code, endedBy) => {
      done();
      // What it left running in its group would go on changing machines.
      signalGroup(child.pid, "SIGKILL");
      resolve({ code: code ?? undefined, endedBy: endedBy ?? undefined, stdout: said.stdout(), stderr: said.stderr });
    });
    // A script that does not read its input may have closed it.
    child.stdin.on("error", () => {});
    child.stdin.end(input);
    if (signal.aborted) stop();
    else signal.addEventListener("abort", stop, { once: true });
  });
