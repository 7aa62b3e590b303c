import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { KuberaError } from "@kubera-e2e/schema/kubera-error";
import { nearest } from "@kubera-e2e/schema/nearest";
import type { PlanEntry } from "@kubera-e2e/schema/plan-entry";
import type { WholePlan } from "./read-plan.ts";
import { specFileOf, specSkeleton } from "./spec-skeleton.ts";

const unknown = (id: string, ids: readonly string[]): KuberaError => {
  const near = nearest(id, ids);
  return new KuberaError("CASE_UNKNOWN", {
    what: `no plan lists ${id}`,
    where: "tests/*/plan.yaml",
    because: "a spec is written for a case that is planned",
    fix: near === undefined ? `Add an entry for it to the plan of its area, or correct the id.` : `Did you mean ${near}?`,
  });
};

const exists = (file: string, id: string): KuberaError =>
  new KuberaError("FILE_EXISTS", {
    what: `there is a spec ${file} already`,
    where: file,
    because: `it would be overwritten by the skeleton of ${id}`,
    fix: "See the skeleton with --print and put it where it belongs, or name another file with --file.",
  });

/** The entry of an id, which may be written in small letters. Error: `CASE_UNKNOWN` with the nearest id. */
export const findCase = ({ listed }: Pick<WholePlan, "listed">, id: string): PlanEntry => {
  const wanted = id.toUpperCase();
  const found = listed.find(({ entry }) => entry.id === wanted);
  if (found !== undefined) return found.entry;
  throw unknown(
    wanted,
    listed.map(({ entry }) => entry.id),
  );
};

/** Writes the skeleton of a case's spec below a repository's root and answers its file. Error: `FILE_EXISTS`; nothing is overwritten. */
export const writeSkeleton = (root: string, entry: PlanEntry, file = specFileOf(entry)): string => {
  const path = join(root, file);
  if (existsSync(path)) throw exists(file, entry.id);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, specSkeleton(entry), { flag: "wx" });
  return file;
};
