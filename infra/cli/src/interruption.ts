import { KuberaError } from "@kubera-e2e/schema/kubera-error";

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

const interrupted = (what: string, signal: string): KuberaError =>
  new KuberaError("INTERRUPTED", {
    what: `${what} was interrupted`,
    where: signal,
    because: "a signal ended it before its end",
    fix: "The bed is marked as it was left (e2e bed status); the same command again goes on or begins anew, however far this came.",
  });

/**
 * Does something that a signal may end in order: the first one aborts, a second one ends the process as signals do.
 *
 * Error: `INTERRUPTED` as the reason of the abort.
 */
export const interruptibly = async <T>(what: string, work: (signal: AbortSignal) => Promise<T>): Promise<T> => {
  const end = new AbortController();
  const stop = (name: NodeJS.Signals): void => {
    process.stderr.write(`${name}: ending in order; once more ends at once\n`);
    restore();
    end.abort(interrupted(what, name));
  };
  const restore = (): void => {
    for (const name of SIGNALS) process.off(name, stop);
  };
  for (const name of SIGNALS) process.on(name, stop);
  try {
    return await work(end.signal);
  } finally {
    restore();
  }
};
