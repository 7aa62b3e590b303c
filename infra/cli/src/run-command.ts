import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import type { RunCommand } from "@kubera-e2e/lifecycle/sets";
import { childEnvironment } from "@kubera-e2e/schema/child-environment";
import type { Redactor } from "@kubera-e2e/schema/redactor";

const KEPT_LINES = 5;

/**
 * Runs commands of this computer without a shell; what they say goes to `onLine`, redacted. They get the least environment and what the step gives. One that is cancelled gets SIGTERM.
 * A command that fails is told by its exit code and its last lines.
 */
export const commandRunner =
  (redactor: Redactor, onLine: (line: string) => void): RunCommand =>
  async ({ argv, environment, signal }) => {
    const [program = "", ...args] = argv;
    const child = spawn(program, args, { env: { ...childEnvironment(), ...environment }, stdio: ["ignore", "pipe", "pipe"], signal });
    const last: string[] = [];
    for (const stream of [child.stdout, child.stderr])
      createInterface({ input: stream }).on("line", (raw) => {
        const line = redactor.text(raw);
        last.splice(0, Math.max(0, last.length + 1 - KEPT_LINES));
        last.push(line);
        onLine(line);
      });
    await new Promise<void>((resolve, reject) => {
      child.once("error", (error) => reject(new Error(redactor.text(`${program} could not be run: ${error.message}`), { cause: error })));
      child.once("close", (code, ended) => {
        if (code === 0) resolve();
        else reject(new Error([`${program} ended with ${code ?? ended ?? "nothing"}`, ...last].join("\n           ")));
      });
    });
  };
