import { describe, expect, it } from "vitest";
import { blocksOf, mutate } from "../src/source-edit.ts";

const SOURCE = `const one = () => {
  throw no("a");
};

export const two = () => {
  throw no("a");
};
`;

describe("an edit of a source", () => {
  it("finds declarations at the margin", () => {
    expect(blocksOf(SOURCE).map(({ name }) => name)).toEqual(["one", "two"]);
  });

  it("changes the declaration that it names, and nothing else", () => {
    const edit = { file: "a.ts", in: "two", text: 'throw no("a")', with: "return $&" };
    expect(mutate(SOURCE, edit)).toEqual({ source: `${SOURCE.slice(0, SOURCE.lastIndexOf("throw"))}return $&;\n};\n` });
  });

  it("is none where its text stands twice", () => {
    expect(mutate(SOURCE, { file: "a.ts", text: 'throw no("a")', with: "" })).toEqual({ fault: "its text stands 2 times in a.ts" });
  });
});
