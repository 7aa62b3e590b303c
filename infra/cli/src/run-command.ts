import type { RunCommand } from "@kubera-e2e/lifecycle/sets";
import { runScript } from "@kubera-e2e/machines/run-script";
import { childEnvironment } from "@kubera-e2e/schema/child-environment";
import type { Redactor } from "@kubera-e2e/schema/redactor";

const KEPT_LINES = 5;

/**
 * Runs commands of this computer without a shell; what they say goes to `onLine`, redacted. They get the least environment and what the step gives.
 * One that is cancelled is ended with all that it started, and has ended when this rejects.
 * A command that fails is told by its exit code and its last lines.
 */
export const commandRunner =
  (redactor: Redactor, onLine: (line: string) => void): RunCommand =>
  async ({ argv, environment, signal }) => {
    const [program = ""] = argv;
    const last: string[] = [];
    const hear = (raw: string): void => {
      const line = redactor.text(raw);
      last.splice(0, Math.max(0, last.length + 1 - KEPT_LINES));
      last.push(line);
      onLine(line);
    };
    signal.throwIfAborted();
    const call = { argv, input: "", environment: { ...childEnvironment(), ...environment }, signal, onLine: hear, onOutput: hear };
    const end = await runScript(call).catch((error: unknown) => {
      const because = error instanceof Error ? error.message : String(error);
      throw new Error(redactor.text(`${program} could not be run: ${because}`), { cause: error });
    });
    signal.throwIfAborted();
    if (end.code !== 0) throw new Error([`${program} ended with ${end.code ?? end.endedBy ?? "nothing"}`, ...last].join("\n           "));
  };
