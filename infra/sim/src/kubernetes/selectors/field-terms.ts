import { badRequest } from "../api-status.ts";

/** One requirement of a field selector: `status.phase!=Running`. */
export interface FieldTerm {
  readonly path: string;
  readonly equal: boolean;
  readonly value: string;
}

/** Commas and equal signs of values are escaped by a backslash. */
const TERM = /(?:\\.|[^,\\])+/gs;
const SIDES = /^((?:(?!!=)[^=])*)(==|!=|=)(.*)$/s;

const unescaped = (text: string): string =>
  text.replaceAll(/\\(.?)|=/gs, (sequence, character: string | undefined) => {
    if (character === undefined) throw badRequest("invalid field selector: unescaped character in value: =");
    if (character === "" || !",=\\".includes(character)) throw badRequest(`invalid field selector: invalid escape sequence: ${sequence}`);
    return character;
  });

/** The requirements of a field selector. Errors: 400 when it does not parse. */
export const fieldTerms = (selector: string): readonly FieldTerm[] =>
  (selector.match(TERM) ?? []).map((term) => {
    const [, path, operator, value = ""] = SIDES.exec(term) ?? [];
    if (path === undefined) throw badRequest(`invalid selector: '${selector}'; can't understand '${term}'`);
    return { path, equal: operator !== "!=", value: unescaped(value) };
  });
