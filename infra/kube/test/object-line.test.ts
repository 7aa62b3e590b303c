import { expect, test } from "vitest";
import { changeOfLine } from "../src/object-line.ts";
import { parseWatchEvent } from "../src/watch-stream.ts";

const START = `{"type":"MODIFIED","object":{"kind":"Pod","apiVersion":"v1","metadata":{"name":"a"`;
const REST = `,"labels":{"uid":"no","x":"}}"}},"spec":{"nodeName":"n1"}}}`;
const whole = (line: string): never => {
  throw new Error(`read ${line.length} characters`);
};
const headOf = (line: string) => changeOfLine(line, whole)?.head;

test.each([
  ["of a namespace", `${START},"namespace":"n","uid":"u","resourceVersion":"7"${REST}`, { key: "n/a", uid: "u", revision: "7" }],
  [
    "of a generated name",
    `${START},"generateName":"a-","namespace":"n","uid":"u","resourceVersion":"7"${REST}`,
    { key: "n/a", uid: "u", revision: "7" },
  ],
  ["of no namespace", `${START},"uid":"u","resourceVersion":"7"${REST}`, { key: "a", uid: "u", revision: "7" }],
])("an object %s is told without being read", (_what, line, head) => {
  expect(headOf(line)).toEqual(head);
});

test.each([
  ["of another order", `{"object":{},"type":"MODIFIED"}}`],
  [
    "whose labels come first",
    `{"type":"ADDED","object":{"kind":"P","apiVersion":"v1","metadata":{"labels":{},"name":"a","uid":"u","resourceVersion":"7"}}}`,
  ],
  [
    "with an escaped name",
    `{"type":"ADDED","object":{"kind":"P","apiVersion":"v1","metadata":{"name":"a\\"b","uid":"u","resourceVersion":"7"}}}`,
  ],
  ["that is cut", `${START},"uid":"u","resourceVersion":"7","labels":{"x":"y"`],
  ["of a bookmark", `{"type":"BOOKMARK","object":{"kind":"Pod","apiVersion":"v1","metadata":{"resourceVersion":"9"}}}`],
])("a line %s is left to whoever reads it whole", (_what, line) => {
  expect(changeOfLine(line, whole)).toBeUndefined();
});

test("an object is read once, and is the one of its line", () => {
  const line = `${START},"namespace":"n","uid":"u","resourceVersion":"7"${REST}`;
  const event = parseWatchEvent(line, "server");
  if (event.type === "BOOKMARK") throw new Error("a bookmark");
  expect(event.object).toEqual((JSON.parse(line) as { readonly object: object }).object);
  expect(event.object).toBe(event.object);
});

test("a line that begins and ends well and is broken between says so when somebody reads it", () => {
  const event = parseWatchEvent(`${START},"uid":"u","resourceVersion":"7",,"spec":{"x":{}}}`, "server");
  expect(() => (event.type === "BOOKMARK" ? undefined : event.object)).toThrow(
    "[RESPONSE_INVALID] a watch of cluster server told something that is no event",
  );
});
