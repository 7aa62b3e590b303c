import { type Document, isMap, isSeq, parseDocument, type YAMLMap, type YAMLSeq } from "yaml";
import type { Rule } from "./rules-of-sources.ts";

export interface Renewed {
  readonly text: string;
  readonly added: readonly string[];
  /** Generated mutants whose rule is not there any more; the text still holds them. */
  readonly vanished: readonly string[];
}

interface Opened {
  readonly document: Document;
  readonly list: YAMLSeq;
}

const open = (text: string): Opened => {
  const document: Document = parseDocument(text);
  const list = document.contents;
  if (!isSeq(list)) throw new Error("mutants.yaml holds no list");
  list.flow = false;
  return { document, list };
};

const idOf = (item: YAMLMap): string => String(item.get("id"));

/**
 * The text of `mutants.yaml` with a mutant for each rule: those that are there keep the ids they name, new ones name none yet,
 * and what is written by hand stays as it is.
 */
export const renew = (text: string, rules: readonly Rule[]): Renewed => {
  const { document, list } = open(text);
  const items = list.items.filter((item): item is YAMLMap => isMap(item));
  const known = new Map(items.map((item) => [idOf(item), item]));
  const added: string[] = [];
  for (const { id, kind, rule, edit } of rules) {
    const item = known.get(id);
    if (item === undefined) {
      list.add(document.createNode({ id, kind, rule, generated: true, edit, red: [] }));
      added.push(id);
    } else {
      item.set("rule", rule);
      item.set("edit", document.createNode(edit));
    }
  }
  const wanted = new Set(rules.map(({ id }) => id));
  const vanished = items.filter((item) => item.get("generated") === true && !wanted.has(idOf(item))).map(idOf);
  return { text: document.toString({ lineWidth: 0 }), added, vanished };
};

/** The text with these cases named as going red too, each list in the order of its ids. */
export const withAlso = (text: string, found: ReadonlyMap<string, readonly string[]>): string => {
  const { document, list } = open(text);
  for (const item of list.items.filter((one): one is YAMLMap => isMap(one))) {
    const plans = found.get(idOf(item));
    if (plans !== undefined) item.set("also", document.createNode(plans.toSorted()));
  }
  return document.toString({ lineWidth: 0 });
};

/** The text without the mutants of these ids. */
export const dropped = (text: string, ids: readonly string[]): string => {
  const { document, list } = open(text);
  list.items = list.items.filter((item) => !isMap(item) || !ids.includes(idOf(item)));
  return document.toString({ lineWidth: 0 });
};
