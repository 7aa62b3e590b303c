import { z } from "zod";

const UNITS: Readonly<Record<string, number>> = { MiB: 2 ** 20, GiB: 2 ** 30, TiB: 2 ** 40 };

/** Bytes of "512MiB", "200GiB" or "1.5TiB"; undefined for anything else. */
export const parseByteSize = (text: string): number | undefined => {
  const [, amount, unit = ""] = /^(\d+(?:\.\d+)?)(MiB|GiB|TiB)$/.exec(text) ?? [];
  return amount === undefined ? undefined : Math.round(Number(amount) * (UNITS[unit] ?? 0));
};

/** A size in YAML, as text with its unit; bytes after parsing. */
export const byteSizeSchema = z.string().transform((text, context) => {
  const bytes = parseByteSize(text);
  if (bytes !== undefined) return bytes;
  context.addIssue({ code: "custom", message: `"${text}" is not a size: write 512MiB, 200GiB or 1.5TiB` });
  return z.NEVER;
});

/** Bytes for a reader, in the largest unit that leaves at least 1: "1.5 GiB". */
export const showBytes = (bytes: number): string => {
  const [unit, size] = Object.entries(UNITS).findLast(([, each]) => bytes >= each) ?? ["MiB", 2 ** 20];
  return `${(bytes / size).toFixed(1)} ${unit}`;
};
