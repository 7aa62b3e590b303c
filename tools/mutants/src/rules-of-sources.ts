import type { Mutant } from "./catalogue.ts";
import { blocksOf, count, mutate } from "./source-edit.ts";

/** A rule of the contract that the generator has found, with the mutant that breaks it. */
export type Rule = Pick<Mutant, "id" | "kind" | "rule" | "edit">;

export interface Source {
  /** Relative to the repository. */
  readonly file: string;
  readonly text: string;
}

const slug = (text: string): string =>
  text
    .replaceAll(/\$\{[^}]*\}/g, " ")
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, " ")
    .trim()
    .split(" ")
    .slice(0, 6)
    .join("-");

const areaOf = (file: string): string => file.split("/").at(-1)?.replace(/\.ts$/, "") ?? "";

const kebab = (name: string): string => name.replaceAll(/([a-z0-9])([A-Z])/g, "$1-$2").toLowerCase();

interface Found {
  readonly block: string;
  readonly statement: string;
}

/** Statements of a source, each with the declaration it is in; what stands twice in one is told apart by the line before it. */
const statements = ({ text }: Source, pattern: RegExp): readonly Found[] =>
  blocksOf(text).flatMap(({ name, start, end }) => {
    const inside = text.slice(start, end);
    return [...inside.matchAll(pattern)].flatMap(({ 0: statement, index }) => {
      if (count(inside, statement) === 1) return [{ block: name, statement }];
      const before = inside.lastIndexOf("\n", inside.lastIndexOf("\n", index) - 1) + 1;
      return [{ block: name, statement: inside.slice(before, index + statement.length) }];
    });
  });

const REFUSAL = /throw [^;]*;/g;
const FACTORY = /\b(?:unauthorized|forbidden|notFound|notAllowed|conflict|missing|invalid|unavailable)\(/;
const QUOTED = /`([^`]*)`|"([^"]*)"/g;

/** The longest text of a refusal tells it from the others of its function. */
const messageOf = (statement: string): string => {
  const texts = [...statement.slice(statement.lastIndexOf("throw ")).matchAll(QUOTED)].map(
    ([, template, plain]) => template ?? plain ?? "",
  );
  return texts.toSorted((a, b) => b.length - a.length)[0] ?? "refused";
};

const refusals = (source: Source): readonly Rule[] =>
  statements(source, REFUSAL)
    .filter(({ statement }) => FACTORY.test(statement))
    .map(({ block, statement }) => {
      const message = messageOf(statement);
      return {
        id: `status:${areaOf(source.file)}:${kebab(block)}:${slug(message)}`,
        kind: "status",
        rule: `${block} of ${areaOf(source.file)} refuses: ${message}`,
        edit: { file: source.file, in: block, text: statement, with: statement.replace(/throw (?=[^;]*;$)/, "void ") },
      };
    });

const answers = (source: Source): readonly Rule[] =>
  statements(source, /return (?:created|ok)\(/g).map(({ block, statement }) => ({
    id: `status:${areaOf(source.file)}:${kebab(block)}:is-answered`,
    kind: "status",
    rule: `${block} of ${areaOf(source.file)} answers what it has done`,
    // The effect stays, so that only who reads the answer notices.
    edit: {
      file: source.file,
      in: block,
      text: statement,
      with: statement.replace(/\w+\($/, "((body: unknown) => ({ status: 405, body }))("),
    },
  }));

/** Rules of one function that say the same are told apart by their number. */
const numbered = (rules: readonly Rule[]): readonly Rule[] =>
  rules.map((rule, index) => {
    const before = rules.slice(0, index).filter(({ id }) => id === rule.id).length;
    return before === 0 ? rule : { ...rule, id: `${rule.id}-${before + 1}` };
  });

/** A refusal that is not made, and a success of another status, for each that the sources hold. */
export const statusRules = (sources: readonly Source[]): readonly Rule[] =>
  numbered(
    sources.flatMap((source) => [...refusals(source), ...answers(source)].filter(({ edit }) => "source" in mutate(source.text, edit))),
  );
