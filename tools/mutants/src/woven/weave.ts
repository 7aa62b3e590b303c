import type { Mutant } from "../catalogue.ts";
import { blocksOf, mutate, type Block } from "../source-edit.ts";

/** Where the simulator asks which mutant lives, in a copy that mutants are woven into. */
export const SWITCH_FILE = "infra/sim/src/mutant-switch.ts";

/** Between the ids of mutants that live at once. */
export const AND = "+";

export interface Woven {
  readonly source: string;
  /** Those of the mutants that now can be switched. */
  readonly ids: readonly string[];
}

const ARROW = /^(export )?const (\w+)(?:: [^=]+)? = (?:async )?(?:<.*>)?\(/;

/** The end of a declaration as oxfmt writes it: what comes next stands at the margin again. */
const endOf = (source: string, { start, end }: Block): number => {
  const lines = source.slice(start, end).split("\n");
  const last = lines.findIndex((line, index) => {
    const next = lines.slice(index + 1).find((one) => one !== "");
    return /[;}]$/.test(line) && (next === undefined || /^[^\s})\]]/.test(next));
  });
  return start + lines.slice(0, last + 1).join("\n").length;
};

const renamed = (text: string, as: string): string =>
  text.replace(ARROW, (head, _, name: string) => head.replace(/^export /, "").replace(name, as));

/** What a mutant that was made by rule asks before it differs: it is reached there, and not wherever its function is called. */
const CONDITIONS = [
  /const isFlipped = (.+);\n/,
  /^ {2}if \((.+)\) throw notFound\("as if nobody"\);\n/,
  /return (type === "\w+") \? \{ \.\.\.whole/,
];

/** The function without any mutant, which tells whom it would have met. */
const watched = (text: string, mutants: readonly Mutant[]): { readonly original: string; readonly ofWhole: readonly string[] } => {
  let told = text;
  const ofWhole: string[] = [];
  for (const { id, kind, edit } of mutants) {
    const name = JSON.stringify(id);
    const condition =
      kind === "status" ? undefined : CONDITIONS.map((pattern) => pattern.exec(edit.with)?.[1]).find((found) => found !== undefined);
    const at = told.indexOf(edit.text);
    const put = (from: number, what: string): void => void (told = told.slice(0, from) + what + told.slice(from));
    if (at < 0) ofWhole.push(id);
    else if (condition !== undefined) put(at, `  if (${condition}) mutants.reached(${name});\n`);
    else if (kind === "status" && edit.text.includes("throw "))
      put(at + edit.text.lastIndexOf("throw ") + "throw ".length, `mutants.reached(${name}), `);
    else if (kind === "status" && /return \w+\($/.test(edit.text))
      put(at + edit.text.lastIndexOf("return ") + "return ".length, `mutants.reached(${name}) || `);
    else ofWhole.push(id);
  }
  return { original: told, ofWhole };
};

const nameOf = (text: string): string => ARROW.exec(text)?.[2] ?? "";

/** One function that answers as the mutant would that lives. */
const dispatched = (source: string, text: string, mutants: readonly Mutant[]): string => {
  const name = nameOf(text);
  const { original, ofWhole } = watched(renamed(text, `${name}$0`), mutants);
  const copies = mutants.map(({ edit }, index) => {
    const whole = mutate(source, edit);
    const mutated = "source" in whole ? text.replace(edit.text, () => edit.with) : text;
    return renamed(mutated, `${name}$${index + 1}`);
  });
  const table = mutants.map(({ id }, index) => `${JSON.stringify(id)}: ${name}$${index + 1}`).join(", ");
  const met = ofWhole.length > 0 ? `mutants.reachedAll(${JSON.stringify(ofWhole)});` : "";
  const head = text.startsWith("export ") ? "export const" : "const";
  return [
    original,
    ...copies,
    `const ${name}$of: any = { ${table} };`,
    `${head} ${name} = (...given: any[]): any => { ${met} return (mutants.living(${name}$of) ?? (${name}$0 as any))(...given); };`,
  ].join("\n");
};

const isWithin = ({ edit: { text } }: Mutant, declaration: string): boolean => declaration.split(text).length === 2;

/** A source in which the mutants of its functions live side by side, one at a time. Others of its mutants are left out. */
export const weave = (source: string, mutants: readonly Mutant[], pathToSwitch: string): Woven => {
  const found = blocksOf(source).map((block) => {
    const end = endOf(source, block);
    const text = source.slice(block.start, end);
    const here = ARROW.test(text) ? mutants.filter((one) => one.edit.in === block.name && isWithin(one, text)) : [];
    return { start: block.start, end, text, here };
  });
  let woven = source;
  for (const { start, end, text, here } of found.toReversed())
    if (here.length > 0) woven = woven.slice(0, start) + dispatched(source, text, here) + woven.slice(end);
  return {
    source: `import * as mutants from ${JSON.stringify(pathToSwitch)};\n${woven}`,
    ids: found.flatMap(({ here }) => here.map(({ id }) => id)),
  };
};

/** The module that woven sources ask. Its folder holds `now`, the ids of the mutants that live, and takes `reached`. */
export const switchSource = (folder: string): string => `import { appendFileSync, existsSync, readFileSync } from "node:fs";
const FOLDER = ${JSON.stringify(folder)};
const RECORDS = existsSync(FOLDER + "/records");
let ids: string[] = [];
let readAt = -1;
const now = (): string[] => {
  const at = performance.now();
  if (at - readAt > 1) {
    readAt = at;
    try { ids = readFileSync(FOLDER + "/now", "utf8").split(${JSON.stringify(AND)}); } catch { ids = []; }
  }
  return ids;
};
export const living = (table: any): any => { for (const id of now()) if (id in table) return table[id]; return undefined; };
const last = new Map<string, number>();
let told: string[] = [];
export const reached = (one: string): undefined => {
  if (!RECORDS) return undefined;
  const at = Date.now();
  if (at - (last.get(one) ?? 0) < 50) return undefined;
  last.set(one, at);
  if (told.push(at + " " + one) === 1)
    setTimeout(() => { appendFileSync(FOLDER + "/reached", told.join("\\n") + "\\n"); told = []; }, 100);
  return undefined;
};
export const reachedAll = (ids: readonly string[]): void => { if (RECORDS) ids.forEach(reached); };
`;
