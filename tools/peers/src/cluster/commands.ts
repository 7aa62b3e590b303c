import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { KuberaError } from "@kubera-e2e/schema/kubera-error";

const execute = promisify(execFile);

/** What a program said as it ended badly, in one line. */
const wordsOf = (error: unknown): string => {
  const { stderr = "", message = String(error) } = error as { readonly stderr?: string; readonly message?: string };
  return stderr.trim().split("\n").at(-1) || message;
};

/** Runs a program of this computer to its end; answers what it has printed. Error: `PEER_UNAVAILABLE`. */
export const command = async (...argv: readonly [string, ...string[]]): Promise<string> => {
  const [program, ...args] = argv;
  try {
    return (await execute(program, args)).stdout;
  } catch (cause) {
    throw new KuberaError("PEER_UNAVAILABLE", {
      what: `${program} failed for the peers`,
      where: argv.join(" "),
      because: wordsOf(cause),
      fix: "Run it by hand to see more; `pnpm peers down` removes whatever is left.",
      cause,
    });
  }
};

/** The same, where it does not matter whether there is anything to do. */
export const attempt = async (...argv: readonly [string, ...string[]]): Promise<void> => {
  const [program, ...args] = argv;
  await execute(program, args).catch(() => {});
};
