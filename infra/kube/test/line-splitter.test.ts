import * as fc from "fast-check";
import { expect, test } from "vitest";
import { LineSplitter } from "../src/line-splitter.ts";

const feed = (chunks: readonly Buffer[]): { lines: string[]; rest: string } => {
  const splitter = new LineSplitter();
  return { lines: chunks.flatMap((chunk) => splitter.push(chunk)), rest: splitter.rest };
};

test.each([
  { name: "one line in one chunk", chunks: ["a\n"], lines: ["a"], rest: "" },
  { name: "two lines in one chunk", chunks: ["a\nb\n"], lines: ["a", "b"], rest: "" },
  { name: "a line over three chunks", chunks: ["a", "b", "c\n"], lines: ["abc"], rest: "" },
  { name: "an unfinished line", chunks: ["a\nb"], lines: ["a"], rest: "b" },
  { name: "empty lines and carriage returns", chunks: ["a\r\n\n\r\nb\n"], lines: ["a", "b"], rest: "" },
  { name: "nothing", chunks: [""], lines: [], rest: "" },
])("splits $name", ({ chunks, lines, rest }) => {
  expect(feed(chunks.map((chunk) => Buffer.from(chunk)))).toEqual({ lines, rest });
});

test("gives the same lines however the bytes are cut", () => {
  const line = fc.string({ unit: "grapheme", minLength: 1 }).filter((text) => !text.includes("\n") && text.trim() === text && text !== "");
  fc.assert(
    fc.property(fc.array(line), fc.array(fc.nat(400)), (lines, cuts) => {
      const bytes = Buffer.from(lines.map((text) => `${text}\n`).join(""));
      const places = [0, ...cuts.filter((cut) => cut < bytes.length).toSorted((a, b) => a - b), bytes.length];
      const chunks = places.slice(1).map((end, index) => bytes.subarray(places[index], end));
      expect(feed(chunks)).toEqual({ lines, rest: "" });
    }),
  );
});
