import { array, assert, property, string } from "fast-check";
import { expect, test } from "vitest";
import { nearest } from "../src/nearest.ts";

const NAMES = ["KUBERA_BED", "KUBERA_BUILD", "KUBERA_HOST"];

test.each([
  ["KUBERA_BEDS", "KUBERA_BED"],
  ["KUBERA_BULID", "KUBERA_BUILD"],
  ["kubera_host", undefined],
  ["SOMETHING_ELSE", undefined],
])("for %s is %s", (word, expected) => {
  expect(nearest(word, NAMES)).toBe(expected);
});

test("is nothing without candidates", () => {
  expect(nearest("a", [])).toBeUndefined();
});

test("is the word itself when it is there, whatever it is", () => {
  assert(property(string(), array(string()), (word, others) => nearest(word, [...others, word]) === word));
});
