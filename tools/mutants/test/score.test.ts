import { describe, expect, it } from "vitest";
import type { Mutant } from "../src/catalogue.ts";
import { scoreOf, scoreTable, type Scored } from "../src/score.ts";

const EDIT = { file: "infra/sim/src/a.ts", text: "a", with: "b" };

const scored = (id: string, rest: Partial<Mutant>, result?: Partial<Scored["result"] & object>): Scored => ({
  mutant: { id, kind: "role", rule: "r", edit: EDIT, red: ["TCID-A"], ...rest },
  result: result === undefined ? undefined : { print: "p", end: "killed", seconds: 1, ...result },
});

const ALL = [
  scored("role:killed", {}, { by: ["TCID-A"], others: ["TCID-Z"], inCompany: true, together: 3 }),
  scored("role:lives", { kind: "state" }, { end: "survived", woven: true, others: [] }),
  scored("role:breaks", { kind: "state" }, { end: "errored", because: "no start", others: [] }),
  scored("role:named", { also: ["TCID-B"] }, { by: ["TCID-A"], others: ["TCID-B"], inFolders: { "tests/a": ["TCID-B"] } }),
  scored("role:believed", { also: ["TCID-B", "TCID-C"] }, { by: ["TCID-A"], others: ["TCID-B"] }),
  scored("role:given-up", { red: [], survives: "nobody asks" }),
  scored("role:nameless", { red: [] }),
  scored("role:later", {}),
];

describe("the score", () => {
  it("counts what was judged, and survivors that say why against it", () => {
    expect(scoreOf(ALL)).toEqual({
      total: 6,
      killed: 3,
      percent: 50,
      givenUp: 1,
      percentOfNamed: 60,
      survivors: [
        { id: "role:given-up", because: "nobody asks" },
        { id: "role:lives", because: "TCID-A stayed green" },
      ],
      errored: [{ id: "role:breaks", because: "no start" }],
      unnamed: ["role:nameless"],
      notRun: ["role:later"],
    });
  });

  it("is nothing of nothing", () => {
    expect(scoreOf([])).toMatchObject({ total: 0, killed: 0, percent: 0 });
  });

  it("is shown as a table with the survivors behind it", () => {
    expect(scoreTable(ALL).split("\n")).toEqual([
      "kind         total  given up    killed  % of all  of named",
      "role             4         1         3        75       100",
      "state            2         0         0         0         0",
      "all              6         1         3        50        60",
      "",
      "survivors:",
      "  role:given-up: nobody asks",
      "  role:lives: TCID-A stayed green",
      "",
      "errored, and so neither killed nor survived:",
      "  role:breaks: no start",
      "",
      "red beside all that they name:",
      "  role:killed: TCID-Z, and perhaps more",
      "",
      "named as `also`, and never shown red:",
      "  role:believed: TCID-C",
      "",
      "1 turn nothing else red and 1 what they name as `also` alone, of 4 of which that is known",
      "",
      "1 were run with others at once",
      "",
      "1 were run in one data centre with others, one after the other",
      "",
      "1 were run in tests/a, where cases share their beds",
      "",
      "1 rules have no ids named yet: pnpm mutants list --unnamed",
      "",
      "1 were not run",
    ]);
  });
});
