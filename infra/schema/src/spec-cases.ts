/** One `plan(…)` of a spec: the case it names, and what it says of itself. */
export interface SpecCase {
  readonly id: string;
  readonly line: number;
  readonly day: number | undefined;
  readonly priority: number | undefined;
  /** Whether it is one row of a table. */
  readonly isRow: boolean;
  readonly isDraft: boolean;
  readonly assumption: string | undefined;
}

/** A `plan(…)` whose id is made while the spec runs, so that nobody finds it by looking. */
export interface UnreadableCase {
  readonly line: number;
}

/** Comments, with strings and templates passed over whole, so that what looks like a comment within one is none. */
const PIECES = /\/\*[\s\S]*?\*\/|\/\/[^\n]*|`(?:\\[\s\S]|[^`\\])*`|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'/g;

const withoutComments = (code: string): string =>
  code.replaceAll(PIECES, (piece) => (/^\/[/*]/.test(piece) ? piece.replaceAll(/[^\n]/g, " ") : piece));

/** `plan("TCID-…", { day: 0, priority: 1 })`, as specs name their case; a method of that name is none. */
const CALL = /(?<![.\w$])plan\(\s*(?:(["'`])(TCID-[^"'`$]*)\1(?:\s*,\s*\{([^}]*)\})?)?/g;

const lineAt = (text: string, offset: number): number => text.slice(0, offset).split("\n").length;

const numberIn = (tags: string, name: string): number | undefined => {
  const digits = new RegExp(String.raw`\b${name}\s*:\s*(\d)`).exec(tags)?.[1];
  return digits === undefined ? undefined : Number(digits);
};

const caseOf = (id: string, line: number, tags: string): SpecCase => ({
  id,
  line,
  day: numberIn(tags, "day"),
  priority: numberIn(tags, "priority"),
  isRow: /\brow\b/.test(tags),
  isDraft: /\bdraft\s*:\s*true\b/.test(tags),
  assumption: /\bassumption\s*:\s*["'`]([^"'`]*)["'`]/.exec(tags)?.[1],
});

/** The cases that the text of a spec names outside comments, and the calls that name none that can be read. */
export const specCases = (code: string): { readonly cases: readonly SpecCase[]; readonly unreadable: readonly UnreadableCase[] } => {
  const text = withoutComments(code);
  const cases: SpecCase[] = [];
  const unreadable: UnreadableCase[] = [];
  for (const { index, 2: id, 3: tags = "" } of text.matchAll(CALL)) {
    const line = lineAt(text, index);
    if (id === undefined) unreadable.push({ line });
    else cases.push(caseOf(id, line, tags));
  }
  return { cases, unreadable };
};
