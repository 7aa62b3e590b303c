import { readFileSync } from "node:fs";
import { join, posix } from "node:path";
import { lineAt } from "./code-text.ts";
import { brokenLinks, withoutFences } from "./doc-links.ts";
import { filesBelow, type House, type Violation } from "./house.ts";
import { ASSUMPTIONS, assumptionIds, readPlans } from "./plan-facts.ts";

/** Pages that are made of the plan have a part of the check to themselves. */
const REFERENCE = "docs/reference";

/** Not what is part of a path: whether that leads anywhere is asked of the link. */
const CASE = /(?<!\/)TCID-[A-Z0-9]+(?:-[A-Z0-9]+)*/g;
const CASE_LINK = /\[`?(TCID-[A-Z0-9-]+)`?\](?:\(([^)\s]+)\))?/g;
const CASE_DEFINITION = /^\[(TCID-[A-Z0-9-]+)\]: (\S+)$/gm;
const ASSUMPTION = /`(A-[A-Z0-9-]+)`/g;

interface Known {
  /** Id of each case of the plan, and whether a spec asserts it. */
  readonly cases: ReadonlyMap<string, { readonly area: string; readonly automated: boolean }>;
  readonly assumptions: ReadonlySet<string>;
}

interface Page {
  readonly file: string;
  /** Code is blanked out: what a command prints may name what does not exist. */
  readonly text: string;
}

const readPage = (root: string, file: string): Page => {
  const text = withoutFences(readFileSync(join(root, file), "utf8"));
  return { file, text: text.replaceAll(/^ {4,}.*$/gm, (line) => " ".repeat(line.length)) };
};

const at = ({ file, text }: Page, index: number, message: string): Violation => ({ file, line: lineAt(text, index), message });

const unknownIds = (page: Page, { cases, assumptions }: Known): Violation[] => [
  ...[...page.text.matchAll(CASE)]
    .filter(([id]) => !cases.has(id))
    .map(({ 0: id, index }) => at(page, index, `no plan.yaml lists ${id}. Correct the id, or add the case to the plan of its area.`)),
  ...[...page.text.matchAll(ASSUMPTION)]
    .filter(([, id = ""]) => !assumptions.has(id))
    .map(({ 1: id, index }) => at(page, index, `${ASSUMPTIONS} holds no ${id}. Correct the id, or add it there.`)),
];

/** A case is linked under its own name, to its own page. */
const linkFaults = (page: Page): Violation[] => {
  const definitions = new Map([...page.text.matchAll(CASE_DEFINITION)].map(({ 1: id = "", 2: target = "" }) => [id, target]));
  return [...page.text.matchAll(CASE_LINK)].flatMap(({ 1: id = "", 2: direct, index }) => {
    const target = direct ?? definitions.get(id);
    if (target === undefined) return [at(page, index, `[${id}] is no link: the page has no line "[${id}]: …".`)];
    const isOwn = posix.basename(target) === `${id}.md`;
    return isOwn ? [] : [at(page, index, `[${id}] leads to ${target}. Let it lead to the page of that case.`)];
  });
};

/** A page that names an automated case without a link calls it planned. */
const unlinked = (page: Page, { cases }: Known): Violation[] =>
  [...page.text.matchAll(/(?<!\[)`(TCID-[A-Z0-9-]+)`/g)].flatMap(({ 1: id = "", index }) => {
    const known = cases.get(id);
    if (known === undefined || !known.automated) return [];
    const target = posix.relative(posix.dirname(page.file), `${REFERENCE}/${known.area}/${id}.md`);
    return [at(page, index, `${id} is automated. Link its page: [${id}], and below [${id}]: ${target}`)];
  });

/** Links of pages lead somewhere; pages name cases and assumptions that exist, and link those that are automated. */
export const checkDocs = (house: House): Violation[] => {
  const { root } = house;
  const listed = readPlans(root).flatMap((plan) => plan.listed);
  const known: Known = {
    cases: new Map(listed.map(({ entry: { id, area, automated } }) => [id, { area, automated: automated === true }])),
    assumptions: assumptionIds(root),
  };
  const files = filesBelow(root, "").filter((file) => file.endsWith(".md"));
  const written = files.filter((file) => !file.startsWith(`${REFERENCE}/`)).map((file) => readPage(root, file));
  return [
    ...files.flatMap((file) => brokenLinks(root, file)),
    ...written.flatMap((page) => [...unknownIds(page, known), ...linkFaults(page), ...unlinked(page, known)]),
  ];
};
