import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { readBook, RESULTS_FILE, writeBook, type Book } from "../src/results.ts";

it("is kept a line a mutant, in the order of their ids, and read again", () => {
  const root = mkdtempSync(join(tmpdir(), "kubera-results-"));
  const book: Book = {
    green: { "TCID-A": "g1" },
    results: {
      "state:b": { print: "p2", end: "survived", seconds: 2 },
      "field:a": { print: "p1", end: "killed", by: ["TCID-A"], others: [], seconds: 1, woven: true },
    },
  };
  try {
    expect(readBook(root)).toEqual({ green: {}, results: {} });
    writeBook(root, book);
    expect(readBook(root)).toEqual(book);
    const lines = readFileSync(join(root, RESULTS_FILE), "utf8").trimEnd().split("\n");
    expect(lines.map((line) => (JSON.parse(line) as { id: string }).id)).toEqual(["field:a", "state:b"]);
  } finally {
    rmSync(root, { recursive: true });
  }
});
