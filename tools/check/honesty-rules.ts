import { lineAt } from "./code-text.ts";
import type { House, Violation } from "./house.ts";

/** Ways to get green that are none; built from parts where this file would find itself. */
const SHORTCUTS: readonly { readonly found: RegExp; readonly message: string }[] = [
  {
    found: /(?:oxlint|eslint)-disable(?:-next-line|-line)?(?![^\n]* -- )[^\n]*/,
    message: "a rule is switched off without a reason. Keep the rule, or write ` -- ` and why behind it.",
  },
  { found: /@ts-(?:ignore|nocheck|expect-error)\b/, message: "the type checker is silenced. Give the value its type." },
  {
    found: /\b(?:vi|jest)\.(?:mock|doMock)\(/,
    message: "a module is mocked. Pass the dependency in, or start its real server in this process.",
  },
  { found: /\.waitForTimeout\(/, message: "a fixed sleep. Use waitUntil with a probe that says why it is not there yet." },
  { found: /\btest\.(?:only|fixme)\(/, message: "a spec is left out or alone. Finish it, or remove it." },
];

const faultsOf = (path: string, text: string): Violation[] =>
  SHORTCUTS.flatMap(({ found, message }) =>
    [...text.matchAll(new RegExp(found, "g"))].map((match) => ({ file: path, line: lineAt(text, match.index), message })),
  );

const OWN_FILES = /^tools\/check\/(honesty-rules\.ts|test\/)/;

/** No shortcut to green. */
export const checkHonesty = (house: House): Violation[] =>
  house.sources.filter(({ path }) => !OWN_FILES.test(path)).flatMap(({ path, text }) => faultsOf(path, text));
