import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { CATALOGUE_FILE, parseCatalogue } from "../mutants/src/catalogue.ts";
import { catalogueFaults } from "../mutants/src/hold.ts";
import { planCases } from "../mutants/src/plan-cases.ts";
import type { House, Violation } from "./house.ts";

/** Mutants are whole, the texts that they replace are there, and the cases that they name are automated. */
export const checkMutants = ({ root }: House): Violation[] => {
  const read = (file: string): string | undefined => (existsSync(join(root, file)) ? readFileSync(join(root, file), "utf8") : undefined);
  const text = read(CATALOGUE_FILE);
  if (text === undefined)
    return [{ file: CATALOGUE_FILE, message: "it is not there. `pnpm mutants generate` writes it into an empty list." }];
  return [...catalogueFaults(parseCatalogue(text), { read, cases: planCases(root) })];
};
