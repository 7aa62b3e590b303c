const NEWLINE = 10;

/** How many bytes of a file are whole lines: a run that was killed may leave half of one behind. */
export const lengthOfWholeLines = (bytes: Uint8Array): number => bytes.lastIndexOf(NEWLINE) + 1;

/** The JSON values of whole lines; what is no JSON, as half a line of a run that was killed, is counted. */
export const parseLines = (text: string): { readonly values: unknown[]; readonly broken: number } => {
  const values: unknown[] = [];
  let broken = 0;
  for (const line of text.split("\n")) {
    if (line === "") continue;
    try {
      values.push(JSON.parse(line) as unknown);
    } catch {
      broken += 1;
    }
  }
  return { values, broken };
};
