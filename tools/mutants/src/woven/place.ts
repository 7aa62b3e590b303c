import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import type { Mutant } from "../catalogue.ts";
import { SWITCH_FILE, switchSource, weave } from "./weave.ts";
import { HASTE, WOVEN_FIXTURES } from "./fixtures.ts";
import { TrialFolder } from "./trial-folder.ts";
import type { Trials } from "./trial-key.ts";
import { openWorkplace } from "../workplace.ts";

/** A copy of the repository in whose simulated data centre many mutants lie, of which one at a time is let live. */
export interface WovenPlace {
  readonly root: string;
  /** Mutants that can be switched here; others are edits that are read at load, and want a simulator of their own. */
  readonly ids: ReadonlySet<string>;
  /** Which tests are run, and under which mutants each: `fixtures.ts` says of what they are made. */
  readonly choose: (trials: Trials | undefined) => void;
  /** Lines `<ms since 1970> <id>`: when a run without any mutant met the place of one. */
  readonly reached: () => readonly string[];
  readonly remove: () => void;
}

const pathBetween = (from: string, to: string): string => {
  const path = relative(dirname(from), to);
  return path.startsWith(".") ? path : `./${path}`;
};

const weaveSources = (root: string, mutants: readonly Mutant[]): ReadonlySet<string> => {
  const files = [...new Set(mutants.map(({ edit }) => edit.file))];
  const ids = files.flatMap((file) => {
    const path = join(root, file);
    const here = mutants.filter(({ edit }) => edit.file === file);
    const woven = weave(readFileSync(path, "utf8"), here, pathBetween(file, SWITCH_FILE));
    if (woven.ids.length > 0) writeFileSync(path, woven.source);
    return woven.ids;
  });
  return new Set(ids);
};

const rewrite = (root: string, { file, edits }: (typeof WOVEN_FIXTURES)[number]): void => {
  const path = join(root, file);
  let source = readFileSync(path, "utf8");
  for (const [text, replacement] of edits) {
    if (source.split(text).length !== 2) throw new Error(`${file} holds not once: ${text}`);
    source = source.replace(text, () => replacement);
  }
  writeFileSync(path, source);
};

/** `records`: what is reached is told; then no mutant lives. */
export const openWovenPlace = (repository: string, mutants: readonly Mutant[], records: boolean): WovenPlace => {
  const { root, remove } = openWorkplace(repository);
  const folder = new TrialFolder(root);
  folder.make({ records });
  const ids = weaveSources(root, mutants);
  writeFileSync(join(root, SWITCH_FILE), switchSource(folder.path));
  // What is recorded once may take its time.
  for (const file of [...WOVEN_FIXTURES, ...(records ? [] : [HASTE])]) rewrite(root, file);
  return {
    root,
    ids,
    choose: (trials) => folder.choose(trials),
    reached: () => folder.reached(),
    remove,
  };
};
