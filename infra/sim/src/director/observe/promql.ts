import type { StoredSample } from "./sample-store.ts";

/** The part of PromQL that is known: a selector, its `timestamp()`, and `sum`, `count`, `min`, `max` of one with `by`. */
export class QueryFault extends Error {}

export interface Entry {
  readonly metric: Readonly<Record<string, string>>;
  readonly value: number;
}

interface Matcher {
  readonly label: string;
  readonly operator: string;
  readonly value: string;
}

const SELECTOR = /^([a-zA-Z_:][\w:]*)\s*(?:\{(.*)\})?$/;
const MATCHER = /^\s*([a-zA-Z_]\w*)\s*(=~|!~|!=|=)\s*"([^"]*)"\s*(?:,|$)/;
const CALL = /^(sum|count|min|max|timestamp)\s*(?:by\s*\(([^)]*)\))?\s*\((.*?)\)\s*(?:by\s*\(([^)]*)\))?$/;

const FOLDS: Readonly<Record<string, (values: readonly number[]) => number>> = {
  sum: (values) => values.reduce((total, value) => total + value, 0),
  count: ({ length }) => length,
  min: (values) => Math.min(...values),
  max: (values) => Math.max(...values),
};

const matchersOf = (text: string): readonly Matcher[] => {
  const found: Matcher[] = [];
  for (let rest = text; rest.trim() !== "";) {
    const [whole, label = "", operator = "", value = ""] = MATCHER.exec(rest) ?? [];
    if (value.includes("\\")) throw new QueryFault("parse error: escapes are not known here");
    if (whole === undefined) throw new QueryFault(`parse error: unexpected "${rest.trim()}" in label matching`);
    found.push({ label, operator, value });
    rest = rest.slice(whole.length);
  }
  return found;
};

/** Of the whole value. */
const pattern = (value: string): RegExp => {
  try {
    return new RegExp(`^(?:${value})$`);
  } catch {
    throw new QueryFault(`parse error: "${value}" is no regular expression`);
  }
};

const matches = (labels: Readonly<Record<string, string>>, { label, operator, value }: Matcher): boolean => {
  const own = labels[label] ?? "";
  if (operator === "=") return own === value;
  if (operator === "!=") return own !== value;
  return pattern(value).test(own) === (operator === "=~");
};

const select = (text: string, samples: readonly StoredSample[]): readonly StoredSample[] => {
  const [, name, inside = ""] = SELECTOR.exec(text.trim()) ?? [];
  if (name === undefined) throw new QueryFault(`parse error: "${text.trim()}" is no query that is known here`);
  const matchers = matchersOf(inside);
  return samples.filter((sample) => sample.name === name && matchers.every((matcher) => matches(sample.labels, matcher)));
};

const folded = (found: readonly StoredSample[], labels: readonly string[], fold: (values: readonly number[]) => number): Entry[] => {
  const groups = new Map<string, { readonly metric: Record<string, string>; readonly values: number[] }>();
  for (const sample of found) {
    const metric = Object.fromEntries(
      labels.flatMap((label) => (sample.labels[label] === undefined ? [] : [[label, sample.labels[label]]])),
    );
    const key = JSON.stringify(metric);
    groups.set(key, { metric, values: [...(groups.get(key)?.values ?? []), sample.value] });
  }
  return [...groups.values()].map(({ metric, values }) => ({ metric, value: fold(values) }));
};

/** An instant vector. Error: `QueryFault` for what is not known, in place of an empty answer. */
export const evaluate = (query: string, samples: readonly StoredSample[]): readonly Entry[] => {
  const [, call, before, inside = "", after] = CALL.exec(query.trim()) ?? [];
  if (call === undefined)
    return select(query, samples).map(({ name, labels, value }) => ({ metric: { __name__: name, ...labels }, value }));
  if (before !== undefined && after !== undefined) throw new QueryFault("parse error: grouped twice");
  if (call === "timestamp" && (before ?? after) !== undefined) throw new QueryFault("parse error: timestamp takes no by");
  const found = select(inside, samples);
  if (call === "timestamp") return found.map(({ labels, atMs }) => ({ metric: labels, value: atMs / 1000 }));
  const labels = (before ?? after ?? "").split(",").map((label) => label.trim());
  return folded(found, labels.filter(Boolean), FOLDS[call] ?? (() => Number.NaN));
};
