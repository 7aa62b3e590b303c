import { expect, it } from "vitest";
import { redBeside } from "../src/beside.ts";
import type { Mutant } from "../src/catalogue.ts";
import type { Result } from "../src/results.ts";
import { bundlesOf } from "../src/woven/bundles.ts";
import type { Trials } from "../src/woven/trial-key.ts";
import type { Reach } from "../src/woven/reach.ts";
import { runAlso } from "../src/woven/run-also.ts";
import { runBeside } from "../src/woven/run-beside.ts";
import type { EndedTest } from "../src/woven/trial-report.ts";

const mutant = (id: string, red: readonly string[], within = id): Mutant => ({
  id,
  kind: "state",
  rule: "r",
  edit: { file: "infra/sim/src/a.ts", in: within, text: "a", with: "b" },
  red: [...red],
});

const row = (plan: string, disturbs = false) => ({ plan, title: "t", ms: 10, disturbs });

const REACH: Reach = {
  tests: [row("DEAR", true), row("A"), row("B"), row("C")],
  met: { kind: [0, 1, 2, 3], loud: [1, 2, 3, 0], named: [2], unmet: [], flaky: [3] },
};

interface Trouble {
  /** Whether what turned something red is asked further. */
  readonly every?: boolean;
  /** Mutants whose tests are red without them, too. */
  readonly spoilt?: readonly string[];
  /** A case that the report lacks. */
  readonly lost?: string;
  /** After how many runs it is cut off. */
  readonly cutAfter?: number;
}

/** Runs whatever was chosen: red are those of these tests, under these mutants; each red one is followed by what it is without any. */
const runs = (red: Readonly<Record<string, readonly string[]>>, { spoilt = [], lost, cutAfter = Infinity }: Trouble = {}) => {
  const asked: Trials[] = [];
  const run = (): Promise<readonly EndedTest[]> => {
    if (asked.length > cutAfter) return Promise.reject(new Error("cut off"));
    const common = { inSetUp: false, disturbs: false, startMs: 0, ms: 10, title: "t" };
    const trials = Object.entries(asked.at(-1) ?? {}).flatMap(([key, some]) =>
      some.map(({ id }) => ({ plan: key.split("|")[0] ?? "", id })),
    );
    return Promise.resolve(
      trials.flatMap(({ plan, id }) => {
        if (plan === lost) return [];
        const isRed = id.split("+").some((one) => red[one]?.includes(plan));
        const test = { ...common, plan, mutant: id };
        const control = { ...test, isControl: true, status: spoilt.includes(id) ? ("failed" as const) : ("passed" as const) };
        return [{ ...test, isControl: false, status: isRed ? ("failed" as const) : ("passed" as const) }, ...(isRed ? [control] : [])];
      }),
    );
  };
  return { asked, run, choose: (trials: Trials | undefined) => void asked.push(trials ?? {}) };
};

type Look = (mutants: readonly Mutant[], options: Parameters<typeof runBeside>[1]) => Promise<void>;

type Red = Readonly<Record<string, readonly string[]>>;

const lookWith = (look: Look) => async (mutants: readonly Mutant[], red: Red, trouble?: Trouble) => {
  const { asked, run, choose } = runs(red, trouble);
  const kept: Record<string, readonly string[] | undefined> = {};
  const results: Record<string, Partial<Result>> = {};
  const ended = look(mutants, {
    place: { ids: new Set(mutants.map(({ id }) => id)), choose },
    reach: REACH,
    size: 9,
    slice: 2,
    every: trouble?.every === true,
    run,
    keep: (found) => {
      Object.assign(results, found);
      Object.assign(kept, Object.fromEntries(Object.entries(found).map(([id, { others }]) => [id, others])));
    },
    known: ({ id }) =>
      id === "unknown" ? undefined : { print: "p", end: "killed", by: ["X"], seconds: 1, ...(id === "loud" && { others: ["B", "Z"] }) },
    tell: () => {},
  });
  if (trouble?.cutAfter === undefined) await ended;
  else await expect(ended).rejects.toThrow("cut off");
  const told = asked.map((trials) => Object.fromEntries(Object.entries(trials).map(([key, some]) => [key, some.map(({ id }) => id)])));
  return { told, kept, results };
};

const beside = lookWith(runBeside);
const asNamed = lookWith(runAlso);

it("mutants live together where no two are of one function", () => {
  const [a, b, c, d] = [mutant("a", [], "f"), mutant("b", [], "g"), mutant("c", [], "f"), mutant("d", [], "h")];
  expect(bundlesOf([a, b, c, d], 2).map((bundle) => bundle.map(({ id }) => id))).toEqual([
    ["a", "b"],
    ["c", "d"],
  ]);
});

it("those that decide who is let in live alone", () => {
  const role: Mutant = { ...mutant("role:x", []), kind: "role" };
  const answered = mutant("status:api:list:is-answered", []);
  const entrance: Mutant = {
    ...mutant("state:token", []),
    edit: { file: "infra/sim/src/director/api/authentication.ts", text: "a", with: "b" },
  };
  const bundles = bundlesOf([role, mutant("a", []), answered, entrance, mutant("b", [])], 9);
  expect(bundles.map((bundle) => bundle.map(({ id }) => id))).toEqual([["a", "b"], ["role:x"], [answered.id], ["state:token"]]);
});

it("nothing is kept of one whose test did not run", async () => {
  const { kept } = await beside([mutant("flaky", ["X"]), mutant("named", ["X"])], {}, { lost: "C" });
  expect(kept).toEqual({ named: [] });
});

it("what is green under many at once is so under each; the tests that disturb come last", async () => {
  const { told, kept } = await beside([mutant("kind", ["X"]), mutant("loud", ["X"]), mutant("named", ["B"]), mutant("unmet", ["X"])], {});
  expect(told).toEqual([
    { "A|t": ["kind+loud"], "B|t": ["kind+loud"] },
    { "C|t": ["kind+loud"], "DEAR|t": ["kind+loud"] },
  ]);
  expect(kept).toEqual({ kind: [], loud: [], named: [], unmet: [] });
});

it("what is red is asked for again under each alone, and who turned it red is asked no further", async () => {
  const { told, kept } = await beside([mutant("kind", ["X"]), mutant("loud", ["X"])], { loud: ["B", "C"] });
  expect(told).toEqual([
    { "A|t": ["kind+loud"], "B|t": ["kind+loud"] },
    { "B|t": ["kind", "loud"] },
    { "C|t": ["kind"], "DEAR|t": ["kind"] },
  ]);
  expect(kept).toEqual({ loud: ["B"], kind: [] });
});

it("who turned something red is asked by all others too where that is wished for, alone from then on", async () => {
  const { told, kept, results } = await beside([mutant("kind", ["X"]), mutant("loud", ["X"])], { loud: ["B", "C"] }, { every: true });
  expect(told).toEqual([
    { "A|t": ["kind+loud"], "B|t": ["kind+loud"] },
    { "B|t": ["kind", "loud"] },
    { "C|t": ["kind", "loud"], "DEAR|t": ["kind", "loud"] },
  ]);
  expect(kept).toEqual({ loud: ["B", "C"], kind: [] });
  expect(redBeside({ ...mutant("loud", ["X"]), also: ["B", "C"] }, results["loud"]), "nothing lies behind them").toEqual([]);
});

it("what no later test meets is kept, though the run is cut off behind it", async () => {
  const { kept } = await beside([mutant("kind", ["X"]), mutant("named", ["X"]), mutant("unmet", ["X"])], {}, { cutAfter: 1 });
  expect(kept).toEqual({ named: [], unmet: [] });
});

it("a case that is named as going red too is not asked", async () => {
  const { told, kept } = await beside([{ ...mutant("loud", ["X"]), also: ["B", "C", "DEAR"] }], { loud: ["B", "C"] });
  expect(told).toEqual([{ "A|t": ["loud"] }]);
  expect(kept, "what was shown before stays").toEqual({ loud: ["B"] });
});

it("nothing is kept of one that spoils its bed, nor of one without a result", async () => {
  const { kept } = await beside([mutant("flaky", ["X"]), mutant("unknown", ["X"])], { flaky: ["C"] }, { spoilt: ["flaky"] });
  expect(kept).toEqual({});
});

it("a case that is named as going red too is asked under its mutant alone, unless a run has shown it", async () => {
  const kind = { ...mutant("kind", ["X"]), also: ["A", "B"] };
  const loud = { ...mutant("loud", ["X"]), also: ["B", "C"] };
  const unknown = { ...mutant("unknown", ["X"]), also: ["A"] };
  const { told, kept, results } = await asNamed([kind, loud, unknown], { kind: ["B"], loud: ["B", "C", "DEAR"] });
  expect(told).toEqual([{ "A|t": ["kind"], "B|t": ["kind"] }, { "C|t": ["loud"] }]);
  expect(kept, "what stayed green is not kept as shown").toEqual({ kind: ["B"], loud: ["B", "Z", "C"] });
  expect(redBeside(kind, results["kind"]), "nobody has looked at the others").toBeUndefined();
  expect(redBeside(loud, results["loud"]), "somebody had").toEqual(["Z"]);
});

it("a case that is red without the mutant too is not shown by it", async () => {
  const { kept } = await asNamed([{ ...mutant("kind", ["X"]), also: ["A"] }], { kind: ["A"] }, { spoilt: ["kind"] });
  expect(kept).toEqual({});
});
