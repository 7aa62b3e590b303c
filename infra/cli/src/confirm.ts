import { createInterface } from "node:readline/promises";
import { KuberaError } from "@kubera-e2e/schema/kubera-error";

export interface Confirmation {
  /** What would be done, shown before the question. */
  readonly plan: () => readonly string[];
  readonly question: string;
}

/** Shows what would be done and asks. Error: `USAGE` when nobody can answer and --yes is missing, or the answer is not yes. */
export const confirm = async ({ plan, question }: Confirmation, given: { readonly yes?: boolean }): Promise<void> => {
  if (given.yes === true) return;
  process.stderr.write(`${plan().join("\n")}\n`);
  if (process.stdin.isTTY) {
    const terminal = createInterface({ input: process.stdin, output: process.stderr });
    // Ctrl-C at the question is an answer too.
    const cancelled = new Promise<string>((resolve) => {
      terminal.once("SIGINT", () => resolve(""));
    });
    const answer = await Promise.race([terminal.question(`${question} [y/N] `), cancelled]);
    terminal.close();
    if (/^y(es)?$/i.test(answer.trim())) return;
  }
  throw new KuberaError("USAGE", {
    what: "not confirmed; nothing was touched",
    where: question,
    because: process.stdin.isTTY ? "the answer was not yes" : "there is no terminal to ask on",
    fix: "Add --yes when this is what you want.",
  });
};
