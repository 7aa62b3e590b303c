import { describe, expect, test } from "vitest";
import type { ListedTest } from "../src/plan/list-tests.ts";
import { namesCases, writeOutCases } from "../src/plan/select-cases.ts";

const listed = (plan: string, title: string, project = "api"): ListedTest => ({
  plan,
  title,
  file: `tests/a/one.${project}.spec.ts`,
  line: 1,
  project,
  isDraft: false,
});

const TESTS = [
  listed("TCID-PLAIN", "a token (of 8 h) is given"),
  listed("TCID-ROWS", "refuses: no user"),
  listed("TCID-ROWS", "refuses: no user at all"),
  listed("TCID-OTHER", "refuses: no user at"),
  listed("TCID-KILL", "a cluster is linked again", "chaos"),
];

/** What Playwright matches a pattern with: groups and tests are followed by their tags. */
const WRITTEN_OUT: Readonly<Record<string, string>> = {
  "api a/one.api.spec.ts a token (of 8 h) is given @day0 @p0": "TCID-PLAIN",
  "api a/one.api.spec.ts refuses: no user @day1 @p1": "TCID-ROWS",
  "api a/one.api.spec.ts refuses: no user at all @day1": "TCID-ROWS",
  "api a/one.api.spec.ts refuses: no user at @day1": "TCID-OTHER",
  "chaos a/one.chaos.spec.ts a cluster @disruptive is linked again @day2": "TCID-KILL",
};

describe("a case", () => {
  test.each([
    { args: ["TCID-PLAIN"], files: ["tests/a/one.api.spec.ts"], projects: ["--project=api"], rest: [] },
    { args: ["tcid-rows", "--list"], files: ["tests/a/one.api.spec.ts"], projects: ["--project=api"], rest: ["--list"] },
    { args: ["--project=chaos", "TCID-KILL"], files: ["tests/a/one.chaos.spec.ts"], projects: [], rest: ["--project=chaos"] },
    {
      args: ["TCID-OTHER", "--workers", "1", "TCID-KILL"],
      files: ["tests/a/one.api.spec.ts", "tests/a/one.chaos.spec.ts"],
      projects: ["--project=api", "--project=chaos"],
      rest: ["--workers", "1"],
    },
  ])("$args is written out, and matches its tests alone", ({ args, files, projects, rest }) => {
    const written = writeOutCases(args, TESTS);
    const pattern = written[written.indexOf("--grep") + 1] ?? "";
    expect(written).toEqual([...files, ...projects, "--grep", pattern, ...rest]);
    const ids = new Set(args.map((arg) => arg.toUpperCase()));
    for (const [title, plan] of Object.entries(WRITTEN_OUT)) expect(new RegExp(pattern, "i").test(title), title).toBe(ids.has(plan));
  });

  test.each([
    { args: ["tests/auth"], expected: false },
    { args: ["-g", "@p0"], expected: false },
    { args: ["TCID-PLAIN"], expected: true },
  ])("is named in $args: $expected", ({ args, expected }) => {
    expect(namesCases(args)).toBe(expected);
  });

  test.each([
    [["TCID-ROW"], "Write pnpm test TCID-ROWS, or look it up in docs/reference/README.md, where all are that are automated."],
    [["TCID-NOTHING-LIKE-THAT"], "Look it up in docs/reference/README.md, where all are that are automated."],
  ])("that no spec claims is refused: %j", (args, fix) => {
    expect(() => writeOutCases(args, TESTS)).toThrow(
      `[USAGE] no spec claims the case ${args[0]}\n  where:   pnpm test ${args[0]}\n  because: its id is mistyped, or it is planned and not automated\n  fix:     ${fix}`,
    );
  });

  test.each([["-g"], ["--grep"], ["--grep=user"], ["-guser"]])("is refused beside a pattern: %s", (pattern) => {
    expect(() => writeOutCases(["TCID-ROWS", pattern], TESTS)).toThrow(
      `[USAGE] a case and a pattern cannot be given at once\n  where:   pnpm test TCID-ROWS ${pattern}\n  because: the pattern would choose tests of other cases too\n  fix:     Leave ${pattern} out, or write the case's file instead of its id.`,
    );
  });

  test.each([["tests/auth"], ["token.api.spec.ts"]])("is refused beside a file: %s", (file) => {
    expect(() => writeOutCases([file, "TCID-ROWS"], TESTS)).toThrow(
      `[USAGE] a case and a file cannot be given at once\n  where:   pnpm test ${file} TCID-ROWS\n  because: a case is looked for in all files, and of the named one only its own tests would run\n  fix:     Run ${file} by itself, or write the ids of its cases.`,
    );
  });

  test("may stand beside the value of a flag that looks like a file", () => {
    expect(writeOutCases(["--reporter", "./mine/report.ts", "TCID-PLAIN"], TESTS)).toContain("./mine/report.ts");
  });
});
