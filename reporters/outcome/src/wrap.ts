const INDENT = 2;
const LABEL = 9;

/** Lines of at most `width` characters, broken between words; a word longer than a line is cut into pieces. */
export const wrap = (text: string, width: number): string[] => {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
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

/** A label and a text beside it, the text in a column of its own. */
export const labelled = (label: string, text: string, width: number): string[] =>
  wrap(text, width - INDENT - LABEL).map((line, index) => `${" ".repeat(INDENT)}${(index === 0 ? label : "").padEnd(LABEL)}${line}`);
