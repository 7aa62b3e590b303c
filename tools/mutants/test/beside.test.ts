import { expect, it } from "vitest";
import { besideNamed, neverNoticed, neverShown, redBeside } from "../src/beside.ts";
import type { Mutant } from "../src/catalogue.ts";

const mutant = (also?: string[]): Mutant => ({
  id: "state:m",
  kind: "state",
  rule: "r",
  edit: { file: "infra/sim/src/a.ts", text: "a", with: "b" },
  red: ["A"],
  ...(also && { also }),
});

it.each([
  { when: "nobody has looked", also: undefined, result: {}, red: undefined },
  { when: "nothing else was red", also: undefined, result: { others: [] }, red: [] },
  { when: "another was", also: undefined, result: { others: ["B"] }, red: ["B"] },
  { when: "another was, and is named since", also: ["B"], result: { others: ["B"] }, red: [] },
  { when: "there may be more behind it", also: ["B"], result: { others: ["B"], inCompany: true as const }, red: undefined },
  { when: "one of two is named since", also: ["B"], result: { others: ["B", "C"], inCompany: true as const }, red: ["C"] },
  { when: "all but those named were green", also: ["B"], result: { others: [], leftOut: ["B"], inCompany: true as const }, red: [] },
  {
    when: "all but one shown before were green",
    also: ["B"],
    result: { others: ["B"], leftOut: ["B"], inCompany: true as const },
    red: [],
  },
  { when: "another was in a folder's run", also: undefined, result: { others: [], inFolders: { "tests/a": ["A", "B"] } }, red: ["B"] },
  {
    when: "what a folder's run has shown is named since, and a look with more mutants had ended green",
    also: ["B"],
    result: { others: [], inFolders: { "tests/a": ["B"] }, inCompany: true as const },
    red: [],
  },
  { when: "one that was left out is named no more", also: undefined, result: { others: [], leftOut: ["B"] }, red: undefined },
])("$when", ({ also, result, red }) => {
  expect(redBeside(mutant(also), result)).toEqual(red);
});

it("what nobody has seen red is told", () => {
  expect(neverShown(mutant(["B", "C"]), { others: ["B"] })).toEqual(["C"]);
  expect(neverShown(mutant(["B"]))).toEqual(["B"]);
  expect(neverShown(mutant(["B", "C"]), { others: ["B"], inFolders: { "tests/a": ["C"] } })).toEqual([]);
  expect(neverShown(mutant())).toEqual([]);
});

it("what must notice it, and nobody has seen red, is told", () => {
  const two = { ...mutant(), red: ["A", "D"] };
  expect(neverNoticed(two)).toEqual(["A", "D"]);
  expect(neverNoticed(two, { by: ["A"] })).toEqual(["D"]);
  expect(neverNoticed(two, { by: ["A"], inFolders: { "tests/a": ["D"] } })).toEqual([]);
});

it("what is known beside the named cases outlives a new run of these", () => {
  const beside = { others: ["B"], leftOut: ["C"], inCompany: true as const, inFolders: { "tests/a": [] } };
  expect(besideNamed({ ...beside, by: ["A"], seconds: 1 })).toEqual(beside);
  expect(besideNamed({ others: undefined })).toEqual({});
});
