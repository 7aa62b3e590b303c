import { expect, test } from "vitest";
import { readList } from "../src/plan/list-tests.ts";

const spec = (title: string) => ({
  title,
  tags: ["p0"],
  file: "upgrade/order.api.spec.ts",
  line: 4,
  tests: [
    {
      projectName: "api",
      annotations: [
        { type: "plan", description: "TCID-A" },
        { type: "row", description: "r" },
      ],
    },
  ],
});

const suite = (title: string, specs: readonly object[], suites: readonly object[] = []) => ({ title, specs, suites });

const listOf = (...suites: readonly object[]): string =>
  JSON.stringify({ suites: [suite("upgrade/order.api.spec.ts", [], suites)], errors: [] });

test("a test is listed with its case, its row and its place", () => {
  expect(readList(listOf(suite("by hand", [spec("is upgraded")])))).toEqual([
    {
      plan: "TCID-A",
      row: "r",
      title: "by hand is upgraded",
      file: "tests/upgrade/order.api.spec.ts",
      line: 4,
      project: "api",
      isDraft: false,
    },
  ]);
});

test.each([
  { groups: ["a", "b"], title: "a b t" },
  { groups: [""], title: "t" },
  { groups: ["", "b"], title: "b t" },
  { groups: ["a", ""], title: "a t" },
])("stands in the groups $groups as $title: one without a title says nothing", ({ groups, title }) => {
  const nested = groups
    .toReversed()
    .reduce<object>((inner, group, depth) => suite(group, depth === 0 ? [spec("t")] : [], depth === 0 ? [] : [inner]), {});
  expect(readList(listOf(nested)).map((one) => one.title)).toEqual([title]);
});

test("a spec that does not load is told", () => {
  const text = JSON.stringify({ suites: [], errors: [{ message: "SyntaxError: a" }] });
  expect(() => readList(text)).toThrow(new Error("the specs cannot be listed: SyntaxError: a"));
});
