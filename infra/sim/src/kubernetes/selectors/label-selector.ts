import { badRequest } from "../api-status.ts";

type Labels = Readonly<Record<string, string>>;
type Requirement = (labels: Labels) => boolean;

const KEY = String.raw`(?:[a-zA-Z0-9.-]+/)?[a-zA-Z0-9](?:[a-zA-Z0-9._-]*[a-zA-Z0-9])?`;
const VALUE = String.raw`[a-zA-Z0-9._-]*`;

const EXISTS = new RegExp(`^(!?)\\s*(${KEY})$`);
const EQUALS = new RegExp(`^(${KEY})\\s*(==|=|!=)\\s*(${VALUE})$`);
const ORDER = new RegExp(`^(${KEY})\\s*([<>])\\s*(-?[0-9]+)$`);
const SET = new RegExp(`^(${KEY})\\s+(in|notin)\\s*\\(\\s*(${VALUE}(?:\\s*,\\s*${VALUE})*)\\s*\\)$`);

/** Commas between requirements, not those inside parentheses. */
const parts = (text: string): string[] => {
  const found = [""];
  let depth = 0;
  for (const character of text) {
    if (character === "(") depth += 1;
    if (character === ")") depth -= 1;
    if (character === "," && depth === 0) found.push("");
    else found[found.length - 1] += character;
  }
  return found.map((part) => part.trim());
};

const exists = (part: string): Requirement | undefined => {
  const [, not, key = ""] = EXISTS.exec(part) ?? [];
  if (not === undefined) return undefined;
  return (labels) => Object.hasOwn(labels, key) === (not === "");
};

const equals = (part: string): Requirement | undefined => {
  const [, key, operator, value] = EQUALS.exec(part) ?? [];
  if (key === undefined) return undefined;
  return (labels) => (labels[key] === value) === (operator !== "!=");
};

const isMember = (part: string): Requirement | undefined => {
  const [, key, operator, values = ""] = SET.exec(part) ?? [];
  if (key === undefined) return undefined;
  const set = new Set(values.split(",").map((value) => value.trim()));
  return (labels) => {
    const value = labels[key];
    return (value !== undefined && set.has(value)) === (operator === "in");
  };
};

const compares = (part: string): Requirement | undefined => {
  const [, key, operator, bound] = ORDER.exec(part) ?? [];
  if (key === undefined) return undefined;
  return (labels) => {
    const value = Number(labels[key] ?? Number.NaN);
    return operator === ">" ? value > Number(bound) : value < Number(bound);
  };
};

const requirement = (part: string): Requirement => {
  const found = exists(part) ?? equals(part) ?? isMember(part) ?? compares(part);
  if (found === undefined) throw badRequest(`unable to parse requirement: found '${part}', expected: a label selector requirement`);
  return found;
};

/** Whether labels fulfil a selector of the query: `app=web,tier in (a,b),!legacy`. Errors: 400 when it does not parse. */
export const labelSelector = (text: string): ((labels: Labels | undefined) => boolean) => {
  if (text.trim() === "") return () => true;
  const requirements = parts(text).map(requirement);
  return (labels) => requirements.every((holds) => holds(labels ?? {}));
};
