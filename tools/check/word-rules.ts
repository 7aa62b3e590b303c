import { readFileSync } from "node:fs";
import { join } from "node:path";
import { lineAt } from "./code-text.ts";
import { filesBelow, type House, type Violation } from "./house.ts";

const TEXT = /\.(ts|mts|mjs|js|json|ya?ml|md|sh|go|mod|txt)$|^(\.env\.example|\.ci\/run)$/;

/** This repository speaks of the product alone, wherever and by whomever it is worked on. */
const WORDS: readonly { readonly found: RegExp; readonly message: string }[] = [
  {
    found: /(?<![\w.$}-])\/(?:work|home|Users)\/[a-z][\w.-]*/,
    message: "a path of somebody's own computer. Name it relative to the repository.",
  },
  {
    found: /\b(?:AI|LLM|GPT|chat ?bot|language model|coding (?:agent|assistant))\b/,
    message: "who wrote a line does not matter here. Say what the code does.",
  },
  { found: /\bTODO\b|\bFIXME\b|\bXXX\b/, message: "open work belongs into an issue. Finish it, or open one and remove the mark." },
];

const LOCKFILE = "pnpm-lock.yaml";
const OWN_FILES = /^tools\/check\/(word-rules\.ts|test\/)/;

const faultsOf = (file: string, text: string): Violation[] =>
  WORDS.flatMap(({ found, message }) => {
    const match = found.exec(text);
    return match === null ? [] : [{ file, line: lineAt(text, match.index), message: `"${match[0].trim()}": ${message}` }];
  });

/** A lockfile that names hosts installs from nowhere else. */
const lockFaults = (text: string): Violation[] => {
  const match = /tarball: (https?:\/\/[^/\s]+)/.exec(text);
  return match === null
    ? []
    : [
        {
          file: LOCKFILE,
          line: lineAt(text, match.index),
          message: `${match[1]} is written into the lockfile. Install again without a registry of your own in it.`,
        },
      ];
};

/** No word about the place where this is worked on. */
export const checkWords = (house: House): Violation[] =>
  filesBelow(house.root, "").flatMap((file) => {
    if (file === LOCKFILE) return lockFaults(readFileSync(join(house.root, file), "utf8"));
    return TEXT.test(file) && !OWN_FILES.test(file) ? faultsOf(file, readFileSync(join(house.root, file), "utf8")) : [];
  });
