import { appendFileSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { dropResults, readBook, RESULTS_FILE, writeBook, type Book } from "../src/results.ts";

const BOOK: Book = {
  green: { "TCID-A": "g1" },
  results: {
    "state:b": { print: "p2", end: "survived", seconds: 2 },
    "field:a": { print: "p1", end: "killed", by: ["TCID-A"], others: [], seconds: 1, woven: true },
  },
};

const root = mkdtempSync(join(tmpdir(), "kubera-results-"));
afterAll(() => rmSync(root, { recursive: true }));

it("is kept a line a mutant, in the order of their ids, and read again", () => {
  expect(readBook(root)).toEqual({ green: {}, results: {} });
  writeBook(root, BOOK);
  expect(readBook(root)).toEqual(BOOK);
  const lines = readFileSync(join(root, RESULTS_FILE), "utf8").trimEnd().split("\n");
  expect(lines.map((line) => (JSON.parse(line) as { id: string }).id)).toEqual(["field:a", "state:b"]);
});

it("loses those of mutants that are dropped", () => {
  writeBook(root, BOOK);
  dropResults(root, ["state:b"]);
  expect(Object.keys(readBook(root).results)).toEqual(["field:a"]);
});

it.each([
  { left: "<<<<<<< HEAD", because: "tools/mutants/results.jsonl:3: no result of a mutant: <<<<<<< HEAD" },
  {
    left: JSON.stringify({ id: "field:a", print: "p0", end: "killed", seconds: 1 }),
    because: "tools/mutants/results.jsonl:3: field:a stands there twice. Delete both lines and run it anew",
  },
])("is refused with what a merge has left: $left", ({ left, because }) => {
  writeBook(root, BOOK);
  appendFileSync(join(root, RESULTS_FILE), `${left}\n`);
  expect(() => readBook(root)).toThrow(new Error(because));
});
