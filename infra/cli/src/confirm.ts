import { createInterface } from "node:readline/promises";
import { KuberaError } from "@kubera-e2e/schema/kubera-error";

/** Asks before something destructive. Error: `USAGE` when nobody can answer and --yes is missing, or the answer is not yes. */
export const confirm = async (question: string, given: { readonly yes?: boolean }): Promise<void> => {
  if (given.yes === true) return;
  if (process.stdin.isTTY) {
    const terminal = createInterface({ input: process.stdin, output: process.stderr });
    const answer = await terminal.question(`${question} [y/N] `);
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
