import { badRequest } from "../api-status.ts";
import { labelTerms, SelectorFault, type LabelTerm } from "./selector-parser.ts";

type Labels = Readonly<Record<string, string>>;

const WHOLE = /^[+-]?\d+$/;

const holds = ({ key, operator, values }: LabelTerm, labels: Labels): boolean => {
  const value = Object.hasOwn(labels, key) ? labels[key] : undefined;
  if (operator === "exists") return value !== undefined;
  if (operator === "!") return value === undefined;
  if (operator === "in" || operator === "=" || operator === "==") return value !== undefined && values.has(value);
  if (operator === "notin" || operator === "!=") return value === undefined || !values.has(value);
  if (value === undefined || !WHOLE.test(value)) return false;
  const [bound = ""] = values;
  return operator === ">" ? Number(value) > Number(bound) : Number(value) < Number(bound);
};

const parsed = (text: string): readonly LabelTerm[] => {
  try {
    return labelTerms(text);
  } catch (error) {
    throw error instanceof SelectorFault ? badRequest(error.message) : error;
  }
};

/** Whether labels fulfil a selector of the query: `app=web,tier in (a,b),!legacy`. Errors: 400 when it does not parse. */
export const labelSelector = (text: string): ((labels: Labels | undefined) => boolean) => {
  const terms = parsed(text);
  return (labels) => terms.every((term) => holds(term, labels ?? {}));
};
