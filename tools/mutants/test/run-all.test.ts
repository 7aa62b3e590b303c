import { describe, expect, it } from "vitest";
import { chosen, readOrder, sampled } from "../src/arguments.ts";
import type { Mutant } from "../src/catalogue.ts";
import type { Result } from "../src/results.ts";
import { runAll } from "../src/run-all.ts";

const mutant = (id: string, red: readonly string[] = ["TCID-A"], kind: Mutant["kind"] = "role"): Mutant => ({
  id,
  kind,
  rule: "r",
  edit: { file: "infra/sim/src/a.ts", text: "a", with: "b" },
  red: [...red],
});

const KILLED: Result = { print: "p", end: "killed", by: ["TCID-A"], seconds: 3 };

const session = ({ known = {}, red = [] }: { known?: Readonly<Record<string, Result>>; red?: readonly string[] } = {}) => {
  const ran: string[] = [];
  return {
    ran,
    known: ({ id }: Mutant) => known[id],
    notGreen: () => Promise.resolve(red),
    tests: { areasOf: ([id = ""]: readonly string[]) => [id.startsWith("alone") ? "install" : id] },
    run: (mutants: readonly Mutant[]) => {
      ran.push(mutants.map(({ id }) => id).join("+"));
      return Promise.resolve(mutants.map(({ id }) => (id === "logs" ? { ...KILLED, end: "survived" as const } : KILLED)));
    },
  };
};

const options = { again: false, limit: 9, size: 1, tell: () => {} };

describe("a run of mutants", () => {
  it("takes up where an earlier one ended", async () => {
    const one = session({ known: { a: KILLED } });
    const scored = await runAll([mutant("a"), mutant("b"), mutant("c", [])], { ...options, session: one });
    expect(one.ran).toEqual(["b"]);
    expect(scored.map(({ result }) => result?.end)).toEqual(["killed", "killed", undefined]);
  });

  it("runs all again when told to, and no more than the limit", async () => {
    const one = session({ known: { a: KILLED } });
    await runAll([mutant("a"), mutant("b")], { ...options, session: one, again: true, limit: 1 });
    expect(one.ran).toEqual(["a"]);
  });

  it("is refused while a case is red without a mutant", async () => {
    const one = session({ red: ["TCID-A"] });
    await expect(runAll([mutant("a")], { ...options, session: one })).rejects.toThrow(
      "red without any mutant, so that nothing can be said with them: TCID-A",
    );
    expect(one.ran).toEqual([]);
  });

  it("runs those of areas apart at once, and alone what was not killed in company", async () => {
    const one = session();
    const inFile = (id: string): Mutant => ({ ...mutant(id, [id]), edit: { file: `infra/sim/src/${id}.ts`, text: "a", with: "b" } });
    await runAll(["auth", "alone", "logs", "pools", "dmaas"].map(inFile), { ...options, session: one, size: 3 });
    expect(one.ran).toEqual(["auth+logs+pools", "logs", "alone", "dmaas"]);
  });

  it("tells of each what it came to", async () => {
    const told: string[] = [];
    await runAll([mutant("a")], { ...options, session: session(), tell: (line) => told.push(line) });
    expect(told).toEqual(["[1/1] a killed by TCID-A (3 s)"]);
  });
});

describe("the command line", () => {
  const all = [mutant("role:a:one"), mutant("role:a:two"), mutant("state:b", ["TCID-B"], "state"), mutant("role:c", [])];
  const idsOf = (...argv: string[]) => chosen(all, readOrder(["run", ...argv])).map(({ id }) => id);

  it("chooses by id, by beginning, by kind, by case, and what names none", () => {
    expect(idsOf()).toHaveLength(4);
    expect(idsOf("role:a:*", "state:b")).toEqual(["role:a:one", "role:a:two", "state:b"]);
    expect(idsOf("--kind", "state")).toEqual(["state:b"]);
    expect(idsOf("--case", "TCID-B")).toEqual(["state:b"]);
    expect(idsOf("--unnamed")).toEqual(["role:c"]);
  });

  it("refuses what it does not know", () => {
    expect(() => idsOf("role:z")).toThrow("mutants.yaml holds no role:z");
    expect(() => idsOf("--kind", "colour")).toThrow("--kind colour is none of status, field, role, state");
    expect(() => idsOf("--limit", "none")).toThrow("--limit none is no count");
    expect(() => idsOf("--sideways")).toThrow(/sideways/);
    expect(() => idsOf("--in", "tests/upgrade", "--woven")).toThrow("--in is for cases that share their beds");
  });
});

it("a sample is drawn by its seed, and keeps the order", () => {
  const mutants = ["a", "b", "c", "d", "e", "f", "g", "h"].map((id) => mutant(id));
  const [one, same, other] = ["1", "1", "2"].map((seed) => sampled(mutants, { size: 4, seed }).map(({ id }) => id));
  expect(one).toHaveLength(4);
  expect(same).toEqual(one);
  expect(other).not.toEqual(one);
  expect(one).toEqual(one?.toSorted());
});
