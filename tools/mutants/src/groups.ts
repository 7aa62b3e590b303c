import type { Mutant } from "./catalogue.ts";

/** Areas whose mutants leave the cases of other areas alone: what they break is nothing that a bed needs to be made ready. */
const APART = new Set(["alerts", "auth", "dmaas", "logs", "metrics", "pools", "teaming", "upgrade"]);

/** The areas of the specs of a mutant's cases. */
export type AreasOf = (mutant: Mutant) => readonly string[];

const fits = (group: readonly Mutant[], mutant: Mutant, areasOf: AreasOf): boolean => {
  const areas = areasOf(mutant);
  return group.every((other) => other.edit.file !== mutant.edit.file && !areasOf(other).some((area) => areas.includes(area)));
};

/** Mutants that may be run at once, at most `size` of them: of different sources, and with cases of different areas. The others stand alone. */
export const groupsOf = (mutants: readonly Mutant[], size: number, areasOf: AreasOf): readonly (readonly Mutant[])[] => {
  const groups: Mutant[][] = [];
  for (const mutant of mutants) {
    const isApart = areasOf(mutant).every((area) => APART.has(area));
    const open = (group: readonly Mutant[]): boolean =>
      group.length < size && group.every((one) => areasOf(one).every((area) => APART.has(area)));
    const group = isApart ? groups.find((one) => open(one) && fits(one, mutant, areasOf)) : undefined;
    if (group === undefined) groups.push([mutant]);
    else group.push(mutant);
  }
  return groups;
};
