import { labelKeyFault, labelValueFault } from "../schema/label-rules.ts";
import { SelectorTokens } from "./selector-tokens.ts";

const OPERATORS = ["in", "notin", "=", "==", "!=", ">", "<"] as const;

export interface LabelTerm {
  readonly key: string;
  readonly operator: (typeof OPERATORS)[number] | "exists" | "!";
  readonly values: ReadonlySet<string>;
}

/** What does not parse, in the words of the server. */
export class SelectorFault extends Error {}

const found = (token: string, expected: string): SelectorFault => new SelectorFault(`found '${token}', expected: ${expected}`);

const operatorOf = (tokens: SelectorTokens): (typeof OPERATORS)[number] => {
  const token = tokens.take();
  const operator = OPERATORS.find((candidate) => candidate === token);
  if (operator === undefined) throw found(token, "in, notin, =, ==, !=, gt, lt");
  return operator;
};

/** Entries between commas may be empty. */
const listOf = (tokens: SelectorTokens): ReadonlySet<string> => {
  const opening = tokens.take();
  if (opening !== "(") throw new SelectorFault(`found '${opening}' expected: '('`);
  const values = new Set<string>();
  for (;;) {
    values.add(tokens.isWord ? tokens.take() : "");
    const after = tokens.take();
    if (after === ")") return values;
    if (after !== ",") throw found(after, values.has("") ? "',', or identifier" : "',' or ')'");
  }
};

const valueOf = (tokens: SelectorTokens): ReadonlySet<string> => {
  if (tokens.next === "" || tokens.next === ",") return new Set([""]);
  if (!tokens.isWord) throw found(tokens.next, "identifier");
  return new Set([tokens.take()]);
};

const checked = (term: LabelTerm): LabelTerm => {
  const { key, operator, values } = term;
  const faults = [...values]
    .toSorted()
    .flatMap((value, index) => [
      ...((operator === ">" || operator === "<") && !/^-?\d+$/.test(value)
        ? [`values[${index}]: Invalid value: "${value}": for 'Gt', 'Lt' operators, the value must be an integer`]
        : []),
      ...labelValueFault(value).map((fault) => `values[${index}][${key}]: Invalid value: "${value}": ${fault}`),
    ]);
  if (faults.length === 0) return term;
  throw new SelectorFault(faults.length === 1 ? faults.join("") : `[${faults.join(", ")}]`);
};

const termOf = (tokens: SelectorTokens): LabelTerm => {
  const isAbsent = tokens.next === "!";
  if (isAbsent) tokens.take();
  if (!tokens.isWord) throw found(tokens.next, "identifier");
  const key = tokens.take();
  for (const fault of labelKeyFault(key)) throw new SelectorFault(`key: Invalid value: "${key}": ${fault}`);
  if (isAbsent) return { key, operator: "!", values: new Set() };
  if (tokens.next === "" || tokens.next === ",") return { key, operator: "exists", values: new Set() };
  const operator = operatorOf(tokens);
  return checked({ key, operator, values: operator === "in" || operator === "notin" ? listOf(tokens) : valueOf(tokens) });
};

const requirementOf = (tokens: SelectorTokens): LabelTerm => {
  try {
    return termOf(tokens);
  } catch (error) {
    throw error instanceof SelectorFault ? new SelectorFault(`unable to parse requirement: ${error.message}`) : error;
  }
};

/** The requirements of a label selector, all of which must hold. Errors: `SelectorFault` when it does not parse. */
export const labelTerms = (text: string): readonly LabelTerm[] => {
  const tokens = new SelectorTokens(text);
  const terms: LabelTerm[] = [];
  if (tokens.next === "") return terms;
  for (;;) {
    if (!tokens.isWord && tokens.next !== "!") {
      throw found(tokens.next, terms.length === 0 ? "!, identifier, or 'end of string'" : "identifier after ','");
    }
    terms.push(requirementOf(tokens));
    const after = tokens.take();
    if (after === "") return terms;
    if (after !== ",") throw found(after, "',' or 'end of string'");
  }
};
