import { KuberaError } from "@kubera-e2e/schema/kubera-error";

const LONG = /^(--grep|--grep-invert)(?:=(.*))?$/s;
/** The value may stand behind a short flag at once: `-gtoken`. */
const SHORT = /^(-g|-G)(.*)$/s;

interface Pattern {
  readonly flag: string;
  readonly text: string;
}

const patternsOf = (args: readonly string[]): Pattern[] =>
  args.flatMap((arg, index) => {
    const [, flag, attached] = LONG.exec(arg) ?? SHORT.exec(arg) ?? [];
    if (flag === undefined) return [];
    const isAttached = attached !== undefined && (attached !== "" || arg.includes("="));
    return [{ flag, text: isAttached ? attached : (args[index + 1] ?? "") }];
  });

/** What is wrong with a pattern, read as Playwright reads it: `/source/flags`, or the source alone. */
const faultOf = (text: string): string | undefined => {
  const [, source = text, flags = "gi"] = /^\/(.*)\/([gi]*)$/.exec(text) ?? [];
  try {
    void new RegExp(source, flags);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
};

/** Playwright would begin a run, and find the mistake only then. Error: `USAGE` for a pattern that is no regular expression. */
export const refuseBadPattern = (args: readonly string[]): void => {
  for (const { flag, text } of patternsOf(args)) {
    const fault = faultOf(text);
    if (fault === undefined) continue;
    throw new KuberaError("USAGE", {
      what: `${flag} ${text} is no regular expression`,
      where: `pnpm test ${args.join(" ")}`,
      because: fault,
      fix: String.raw`Write a backslash before what stands for itself: "\(", "\[", "\*".`,
    });
  }
};
