const INDENT = 2;

/** A number and its unit stay together. */
const GAP = / (?!%|s\b|GiB\b)/;

/** Lines of at most `width` characters, broken between words; only a word longer than a line is cut into pieces. */
export const wrap = (text: string, width: number): string[] => {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(GAP)) {
    const joined = line === "" ? word : `${line} ${word}`;
    if (joined.length <= width) {
      line = joined;
      continue;
    }
    if (line !== "") lines.push(line);
    let rest = word;
    for (; rest.length > width; rest = rest.slice(width)) lines.push(rest.slice(0, width));
    line = rest;
  }
  return line === "" && lines.length > 0 ? lines : [...lines, line];
};

/** A paragraph indented as all text below an incident. */
export const paragraph = (text: string, width: number): string[] =>
  wrap(text, width - INDENT).map((line) => `${" ".repeat(INDENT)}${line}`);

/** Where the text beside a label begins. */
export const TEXT_COLUMN = 11;

interface Columns {
  readonly width: number;
  /** Where the text begins; default `TEXT_COLUMN`. */
  readonly column?: number;
}

/** A label and a text beside it, the text in a column of its own. */
export const labelled = (label: string, text: string, { width, column = TEXT_COLUMN }: Columns): string[] =>
  wrap(text, width - column).map((line, index) => `${(index === 0 ? `${" ".repeat(INDENT)}${label}` : "").padEnd(column)}${line}`);
