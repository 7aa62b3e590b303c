import type { Edit } from "./catalogue.ts";

/** A declaration at the margin of a source, from its first line to the next one's. */
export interface Block {
  readonly name: string;
  readonly start: number;
  readonly end: number;
}

const DECLARATION = /^(?:export )?(?:async )?(?:const|function|class|interface|type|let) (\w+)/gm;

export const blocksOf = (source: string): readonly Block[] => {
  const found = [...source.matchAll(DECLARATION)].map(({ 1: name = "", index }) => ({ name, start: index }));
  return found.map((block, index) => ({ ...block, end: found[index + 1]?.start ?? source.length }));
};

export const count = (text: string, part: string): number => text.split(part).length - 1;

type Mutated = { readonly source: string } | { readonly fault: string };

/** The source with the edit made; or why it cannot be: its place is not there, or its text stands there not exactly once. */
export const mutate = (source: string, { file, in: name, text, with: replacement }: Edit): Mutated => {
  const places = name === undefined ? [{ start: 0, end: source.length }] : blocksOf(source).filter((block) => block.name === name);
  const [place, ...others] = places;
  if (place === undefined || others.length > 0) return { fault: `${file} declares ${name ?? "nothing"} ${places.length} times` };
  const inside = source.slice(place.start, place.end);
  const times = count(inside, text);
  if (times !== 1) return { fault: `its text stands ${times} times in ${name === undefined ? file : `${name} of ${file}`}` };
  // A function, for `$` in a replacement is none of its patterns.
  return { source: source.slice(0, place.start) + inside.replace(text, () => replacement) + source.slice(place.end) };
};
