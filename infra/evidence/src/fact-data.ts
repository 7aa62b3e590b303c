import type { Fact } from "@kubera-e2e/schema/evidence";

type FactValue = Fact["data"][string];

/** Fields of a fact; what the source did not give is left out. */
export const fields = (values: Readonly<Record<string, FactValue | undefined>>): Fact["data"] =>
  Object.fromEntries(Object.entries(values).filter((entry): entry is [string, FactValue] => entry[1] !== undefined));

/** A place; parts that are not known are left out. */
export const scope = (
  parts: Readonly<Record<keyof Fact["scope"], string | undefined>> | Partial<Record<keyof Fact["scope"], string | undefined>>,
): Fact["scope"] =>
  Object.fromEntries(Object.entries(parts).filter((entry): entry is [string, string] => entry[1] !== undefined && entry[1] !== ""));

/** An ISO time from what an API server wrote; undefined when it is no time. */
export const isoTime = (text: string | null | undefined): string | undefined => {
  if (text === null || text === undefined || text === "") return undefined;
  const ms = Date.parse(text);
  return Number.isNaN(ms) ? undefined : new Date(ms).toISOString();
};
