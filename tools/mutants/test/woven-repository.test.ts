import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, it } from "vitest";
import { CATALOGUE_FILE, parseCatalogue } from "../src/catalogue.ts";
import { weave } from "../src/woven/weave.ts";
import { HASTE, WOVEN_FIXTURES } from "../src/woven/fixtures.ts";

const ROOT = dirname(dirname(dirname(import.meta.dirname)));
const read = (file: string): string => readFileSync(join(ROOT, file), "utf8");

it("the fixtures hold what a woven run changes of them, each once", () => {
  const edits = [...WOVEN_FIXTURES, HASTE].flatMap((one) => one.edits.map(([text]) => [one.file, read(one.file).split(text).length - 1]));
  expect(edits.filter(([, times]) => times !== 1)).toEqual([]);
  expect(edits).not.toEqual([]);
});

it("nine of ten mutants can be woven into the simulator as it is", () => {
  const mutants = parseCatalogue(read(CATALOGUE_FILE)).listed.map(({ mutant }) => mutant);
  const files = [...new Set(mutants.map(({ edit }) => edit.file))];
  const woven = files.flatMap((file) => {
    const here = mutants.filter(({ edit }) => edit.file === file);
    return weave(read(file), here, "./switch.ts").ids;
  });
  expect(woven.length).toBeGreaterThan(0.9 * mutants.length);
});
