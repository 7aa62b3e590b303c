import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import type { Mutant } from "../src/catalogue.ts";
import { AND, switchSource, weave } from "../src/woven/weave.ts";

const SOURCE = `const LIMIT = 3;

export const greet = (name: string): string => {
  if (name === "") throw new Error("missing");
  return \`hello \${name}\`;
};

export const count = (names: readonly string[]): number =>
  names.filter((name) => name !== "").slice(0, LIMIT).length;
`;

const mutant = (id: string, edit: Omit<Mutant["edit"], "file">, kind: Mutant["kind"] = "state"): Mutant => ({
  id,
  kind,
  rule: "r",
  edit: { file: "a.ts", ...edit },
  red: [],
});

const REFUSED = mutant("status:greet", { in: "greet", text: 'throw new Error("missing");', with: 'void new Error("missing");' }, "status");
const POLITE = mutant("state:greet:polite", { in: "greet", text: "hello ", with: "good day " });
const ALL = mutant("state:count:all", { in: "count", text: ".slice(0, LIMIT)", with: "" });
const CONSTANT = mutant("state:limit", { in: "LIMIT", text: "3", with: "4" });

interface Woven {
  readonly greet: (name: string) => string;
  readonly count: (names: readonly string[]) => number;
}

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

/** The source with its mutants in it, loaded; `lives` lets one of them live, and `reached` ends when something was told. */
const load = async (mutants: readonly Mutant[], records = false) => {
  const folder = mkdtempSync(join(tmpdir(), "woven-"));
  folders.push(folder);
  for (const name of ["now", "reached", ...(records ? ["records"] : [])]) writeFileSync(join(folder, name), "");
  const { source, ids } = weave(SOURCE, mutants, "./switch.ts");
  writeFileSync(join(folder, "switch.ts"), switchSource(folder));
  writeFileSync(join(folder, "a.ts"), source);
  const { greet, count } = (await import(join(folder, "a.ts"))) as Woven;
  return {
    ids,
    greet,
    count,
    lives: (id: string) => writeFileSync(join(folder, "now"), id),
    reached: () => readFileSync(join(folder, "reached"), "utf8"),
  };
};

describe("a source with mutants woven in", () => {
  it("does without any what it did", async () => {
    const { greet, count } = await load([REFUSED, POLITE, ALL]);
    expect(greet("Ada")).toBe("hello Ada");
    expect(() => greet("")).toThrow("missing");
    expect(count(["a", "b", "", "c", "d"])).toBe(3);
  });

  it("does what the mutant does that lives, and nothing of the others", async () => {
    const { greet, count, lives } = await load([REFUSED, POLITE, ALL]);
    lives(POLITE.id);
    await expect.poll(() => greet("Ada")).toBe("good day Ada");
    expect(() => greet("")).toThrow("missing");
    expect(count(["a", "b", "c", "d"])).toBe(3);
    lives(REFUSED.id);
    await expect.poll(() => greet("Ada")).toBe("hello Ada");
    expect(greet("")).toBe("hello ");
  });

  it("does what several do at once, of one function what the first of them does", async () => {
    const { greet, count, lives } = await load([REFUSED, POLITE, ALL]);
    lives([POLITE.id, REFUSED.id, ALL.id].join(AND));
    await expect.poll(() => greet("Ada")).toBe("good day Ada");
    expect(() => greet("")).toThrow("missing");
    expect(count(["a", "b", "c", "d"])).toBe(4);
  });

  it("leaves out what is read when the module is loaded", async () => {
    expect((await load([CONSTANT, ALL])).ids).toEqual([ALL.id]);
  });

  it("tells which mutants would have been met, a refusal only where it is made", async () => {
    const { greet, count, reached } = await load([REFUSED, POLITE, ALL], true);
    greet("Ada");
    count([]);
    await expect.poll(reached).toContain(ALL.id);
    expect(reached()).toContain(POLITE.id);
    expect(reached()).not.toContain(REFUSED.id);
    expect(() => greet("")).toThrow("missing");
    await expect.poll(reached).toContain(REFUSED.id);
  });

  it("tells of what differs in one case only where that case is met", async () => {
    const text = "  return `hello ${name}`;";
    const role = mutant(
      "role:greet",
      { in: "greet", text, with: `  const isFlipped = name === "Eve";\n  return isFlipped ? "" : name;` },
      "role",
    );
    const { greet, count, reached } = await load([role, ALL], true);
    greet("Ada");
    count([]);
    await expect.poll(reached).toContain(ALL.id);
    expect(reached()).not.toContain(role.id);
    greet("Eve");
    await expect.poll(reached).toContain(role.id);
  });
});
