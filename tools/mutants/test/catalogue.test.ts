import { describe, expect, it } from "vitest";
import { parseCatalogue } from "../src/catalogue.ts";
import { catalogueFaults } from "../src/hold.ts";

const GOOD = `- id: role:clusters:post:reader-may
  kind: role
  rule: a reader registers no cluster
  edit: { file: infra/sim/src/a.ts, in: one, text: "x = 1", with: "x = 2" }
  red: [TCID-A]
`;

const SOURCE = "const one = () => {\n  x = 1;\n};\nconst two = () => {\n  x = 1;\n};\n";

const ground = (source: string | undefined, cases: Readonly<Record<string, boolean>> = { "TCID-A": true }) => ({
  read: () => source,
  cases: new Map(Object.entries(cases)),
});

const faultsOf = (text: string, source: string | undefined = SOURCE, cases?: Readonly<Record<string, boolean>>): readonly string[] =>
  catalogueFaults(parseCatalogue(text), ground(source, cases)).map(({ line, message }) => `${line}: ${message}`);

describe("mutants.yaml", () => {
  it("holds what a mutant does and which cases it reddens", () => {
    expect(faultsOf(GOOD)).toEqual([]);
    expect(parseCatalogue(GOOD).listed).toMatchObject([{ line: 1, mutant: { id: "role:clusters:post:reader-may", red: ["TCID-A"] } }]);
  });

  it("tells all of its faults at once", () => {
    const twice = GOOD + GOOD;
    const bad = `${twice}- id: Nonsense\n  kind: colour\n  rule: r\n  edit: { file: tests/a.ts, text: a, with: b }\n`;
    const told = faultsOf(bad);
    expect(told).toHaveLength(2);
    expect(told[0]).toMatch(/^11: not a mutant: id: .*; kind: .*; edit\.file: a source of the simulator/);
    expect(told[1]).toBe("6: role:clusters:post:reader-may stands in line 1 as well.");
  });

  for (const { what, text, source, cases, message } of [
    { what: "an id that no plan lists", text: GOOD, source: SOURCE, cases: {}, message: "no plan.yaml lists TCID-A" },
    {
      what: "an id that no spec asserts",
      text: GOOD,
      source: SOURCE,
      cases: { "TCID-A": false },
      message: "TCID-A is not automated in the api suite",
    },
    { what: "a file that is gone", text: GOOD, source: undefined, cases: undefined, message: "infra/sim/src/a.ts is not there" },
    { what: "a declaration that is gone", text: GOOD, source: "const two = 1;\n", cases: undefined, message: "declares one 0 times" },
    { what: "a text that is gone", text: GOOD, source: "const one = 3;\n", cases: undefined, message: "its text stands 0 times in one" },
    {
      what: "a text that stands twice",
      text: GOOD.replace(" in: one,", ""),
      source: SOURCE,
      cases: undefined,
      message: "its text stands 2 times in infra/sim/src/a.ts",
    },
    {
      what: "a text replaced by itself",
      text: GOOD.replace("x = 2", "x = 1"),
      source: SOURCE,
      cases: undefined,
      message: "replaces its text by the same",
    },
    {
      what: "ids beside a reason to survive",
      text: `${GOOD}  survives: nobody asks\n`,
      source: SOURCE,
      cases: undefined,
      message: "says why none does",
    },
    {
      what: "an id that goes red too, and that no plan lists",
      text: `${GOOD}  also: [TCID-B]\n`,
      source: SOURCE,
      cases: undefined,
      message: "no plan.yaml lists TCID-B",
    },
    {
      what: "an id that goes red too, twice",
      text: `${GOOD}  also: [TCID-B, TCID-B]\n`,
      source: SOURCE,
      cases: undefined,
      message: "also: an id stands twice",
    },
    { what: "an id named twice", text: `${GOOD}  also: [TCID-A]\n`, source: SOURCE, cases: undefined, message: "names TCID-A twice" },
    {
      what: "what goes red too, without one that must",
      text: GOOD.replace("red: [", "also: ["),
      source: SOURCE,
      cases: undefined,
      message: "and nothing that must notice it",
    },
    { what: "what is no list", text: "a: 1\n", source: SOURCE, cases: undefined, message: "no list of mutants" },
    { what: "what is no YAML", text: "- [", source: SOURCE, cases: undefined, message: "Correct the YAML" },
  ])
    it(`refuses ${what}`, () => {
      const told = catalogueFaults(parseCatalogue(text), ground(source, cases));
      expect(told).toHaveLength(1);
      expect(told[0]?.message).toContain(message);
    });
});
