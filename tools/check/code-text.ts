/** What a piece of code would hide from a plain search: comments and the insides of template strings. */
const HIDDEN = /\/\*[\s\S]*?\*\/|(?<![:"'\\])\/\/[^\n]*|`(?:\\[\s\S]|[^`\\])*`|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'/g;

const blank = (text: string): string => text.replaceAll(/[^\n]/g, " ");

const COULD_BE_SPECIFIER = /^["'][^\s()"';]+["']$/;

/** The same code with comments and all strings that can name no module blanked out, line for line. */
const withoutProse = (code: string): string => code.replaceAll(HIDDEN, (piece) => (COULD_BE_SPECIFIER.test(piece) ? piece : blank(piece)));

/** The same code with every string, template and comment blanked out, line for line. */
export const codeOnly = (code: string): string => code.replaceAll(HIDDEN, blank);

export const lineAt = (text: string, offset: number): number => text.slice(0, offset).split("\n").length;

/** One import or re-export, static or dynamic. */
export interface Import {
  readonly specifier: string;
  readonly line: number;
}

const STATEMENT = /(?:^|[;\n}])\s*(?:import|export)\b(?:[^"';]*?\bfrom)?\s*["']([^"'\n]+)["']|\bimport\s*\(\s*["']([^"'\n]+)["']/g;

export const importsOf = (code: string): Import[] => {
  const text = withoutProse(code);
  return [...text.matchAll(STATEMENT)].flatMap((match) => {
    const specifier = match[1] ?? match[2];
    return specifier === undefined ? [] : [{ specifier, line: lineAt(text, match.index + match[0].length) }];
  });
};

const LIST = /(?:^|\n)\s*export\s+(?:type\s+)?\{([^}]*)\}/g;
const DECLARATION =
  /(?:^|\n)\s*export\s+(?:declare\s+)?(?:abstract\s+)?(?:async\s+)?(?:const|let|function\*?|class|interface|type|namespace)\s+([A-Za-z_$][\w$]*)/g;
const STAR = /(?:^|\n)\s*export\s+\*/;

/** Names that a file exports; undefined when it hands on everything of another file, so that nobody can tell. */
export const exportedNames = (code: string): string[] | undefined => {
  const text = codeOnly(code);
  if (STAR.test(text)) return undefined;
  const listed = [...text.matchAll(LIST)].flatMap(([, names = ""]) => names.split(",").map((name) => name.trim()));
  const declared = [...text.matchAll(DECLARATION)].flatMap(([, name = ""]) => [name]);
  return [...new Set([...listed.filter((name) => name !== ""), ...declared])];
};
