import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { keepAnswers, readAssumptions } from "../src/contract/assumptions-file.ts";

const FILE = `# What is left open.
assumptions:
  - id: A-ONE
    question: Is it one?
    sim: Yes.
    # Asked twice.
    answers:
      - release: 1.11.0
        verdict: confirmed
        on: 2026-01-02
  - id: A-TWO
    question: Is it two?
    sim: No; a text with "quotes" and a colon - as it stands, and long enough that a printer which folds lines at eighty would fold it.
`;

let folder: string;
let file: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "assumptions-"));
  file = join(folder, "assumptions.yaml");
  writeFileSync(file, FILE);
});
afterEach(() => rmSync(folder, { recursive: true }));

const answer = (id: string, verdict: "confirmed" | "refuted" | "untried") => ({ id, verdict, observations: [] });

test("answers of a release are kept beside those of others, and take the place of its own earlier ones", () => {
  const answers = [answer("A-ONE", "refuted"), answer("A-TWO", "confirmed")];
  expect(keepAnswers({ release: "1.12.0", on: "2026-03-04", answers }, file)).toBe(2);
  keepAnswers({ release: "1.12.0", on: "2026-03-05", answers: [answer("A-TWO", "refuted")] }, file);
  expect(readAssumptions(file).map(({ answers: kept }) => kept)).toEqual([
    [
      { release: "1.11.0", verdict: "confirmed", on: "2026-01-02" },
      { release: "1.12.0", verdict: "refuted", on: "2026-03-04" },
    ],
    [{ release: "1.12.0", verdict: "refuted", on: "2026-03-05" }],
  ]);
});

test("what was not tried changes nothing, and comments stay as they are", () => {
  expect(keepAnswers({ release: "1.12.0", on: "2026-03-04", answers: [answer("A-ONE", "untried")] }, file)).toBe(0);
  expect(readFileSync(file, "utf8")).toBe(FILE);
});
