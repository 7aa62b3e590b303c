import { describe, expect, test } from "vitest";
import { readTestFlags, workersOf } from "../src/test-flags.ts";

const read = (args: readonly string[], gui = false) => readTestFlags(args, { gui });

test.each([
  [[], ["--project=api"]],
  [
    ["-g", "@p0"],
    ["--project=api", "-g", "@p0"],
  ],
  [["--project=api"], ["--project=api"]],
  [
    ["--project", "api"],
    ["--project", "api"],
  ],
  [["--project=chaos"], ["--project=chaos"]],
  [["--ui"], ["--ui"]],
])("%j becomes %j", (given, args) => {
  expect(read(given).args).toEqual(args);
});

test("takes several projects behind one flag", () => {
  expect(read(["--project", "api", "gui", "--list"], true).args).toEqual(["--project", "api", "gui", "--list"]);
});

test.each([
  [["--workers", "2"], 2],
  [["--workers=3", "-g", "@p0"], 3],
  [["-j", "4"], 4],
  [["--workers=50%"], undefined],
  [["--workers=0"], undefined],
  [["tests/auth"], undefined],
])("%j asks for %s workers", (args, workers) => {
  expect(workersOf(args)).toBe(workers);
});

describe("refuses", () => {
  test.each([
    [["--project=gui"], "the project gui exists only with KUBERA_GUI=1"],
    [["--project", "api", "gui", "--list"], "the project gui exists only with KUBERA_GUI=1"],
    [["--project", "api", "tests/auth"], 'there is no project "tests/auth"'],
    [["--project=ap"], 'there is no project "ap"'],
    [["--shard=3/2"], "--shard 3/2 names no part of the suite"],
    [["--"], "-- is not accepted"],
  ])("%j", (given, what) => {
    expect(() => read(given)).toThrow(what);
  });
});
