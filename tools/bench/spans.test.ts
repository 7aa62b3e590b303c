import { expect, test } from "vitest";
import { coveredMs, mostAtOnce } from "./spans.ts";

const span = (fromMs: number, toMs: number) => ({ fromMs, toMs });

test.each([
  ["nothing", [], 0],
  ["two that overlap, counted once", [span(10, 30), span(20, 40)], 30],
  ["one inside another", [span(10, 50), span(20, 30)], 40],
  ["what lies outside, cut off", [span(-10, 5), span(95, 200)], 10],
])("covers %s", (_case, spans, ms) => {
  expect(coveredMs(spans, span(0, 100))).toBe(ms);
});

test.each([
  ["one after the other", [span(0, 10), span(10, 20)], 1],
  ["together", [span(0, 10), span(9, 20), span(5, 6)], 2],
  ["all three", [span(0, 10), span(1, 9), span(2, 3)], 3],
])("counts how many were under way at most: %s", (_case, spans, most) => {
  expect(mostAtOnce(spans)).toBe(most);
});
