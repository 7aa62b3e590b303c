import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { PlanEntry } from "@kubera-e2e/schema/plan-entry";
import { parse } from "yaml";
import { z } from "zod";
import { casePage, escaped, type Assumption, type CaseParts } from "./case-page.ts";
import { listTests, type ListedTest } from "./list-tests.ts";
import { readPlan } from "./read-plan.ts";

const FOLDER = "docs/reference";

const assumptionsSchema = z.object({ assumptions: z.array(z.object({ id: z.string(), question: z.string(), sim: z.coerce.string() })) });

const readAssumptions = (root: string): readonly Assumption[] =>
  assumptionsSchema.parse(parse(readFileSync(join(root, "infra/sim/assumptions.yaml"), "utf8"))).assumptions;

interface Sources {
  readonly entries: readonly PlanEntry[];
  readonly tests: readonly ListedTest[];
  readonly assumptions: readonly Assumption[];
}

const partsOf = (entry: PlanEntry, { tests, assumptions }: Sources): CaseParts => {
  const own = tests.filter(({ plan, isDraft }) => plan === entry.id && !isDraft);
  return {
    entry,
    tests: own,
    assumptions: assumptions.filter(({ id }) => own.some(({ assumption }) => assumption === id)),
  };
};

const indexRow = ({ entry: { id, title, day, priority, kind, area }, tests }: CaseParts): string =>
  `| [${id}](${area}/${id}.md) | ${escaped(title)} | ${day} | ${priority} | ${kind} | ${tests.length} |`;

const indexPage = (cases: readonly CaseParts[]): string => {
  const areas = [...new Set(cases.map(({ entry }) => entry.area))].toSorted();
  return [
    "# Automated cases",
    "",
    "<!-- Written by `pnpm e2e plan docs` from the plan and the specs; `pnpm check` says when it is stale. -->",
    "",
    "One page for each case that specs assert. What is planned beyond them: `pnpm e2e plan coverage`. What they mean in practice:",
    "[Day 0](../day-0.md), [Day 2](../day-2.md).",
    "",
    ...areas.flatMap((area) => [
      `## ${area}`,
      "",
      "| case | title | day | priority | kind | tests |",
      "|---|---|---|---|---|---|",
      ...cases.filter(({ entry }) => entry.area === area).map(indexRow),
      "",
    ]),
  ].join("\n");
};

/** Text by file of every page that the plan and the specs make. */
export const renderReference = (sources: Sources): ReadonlyMap<string, string> => {
  const cases = sources.entries
    .filter(({ automated }) => automated === true)
    .toSorted((one, other) => one.id.localeCompare(other.id))
    .map((entry) => partsOf(entry, sources));
  return new Map([
    [`${FOLDER}/README.md`, indexPage(cases)],
    ...cases.map((one) => [`${FOLDER}/${one.entry.area}/${one.entry.id}.md`, casePage(one)] as const),
  ]);
};

const readSources = async (root: string): Promise<Sources> => ({
  entries: readPlan(root).listed.map(({ entry }) => entry),
  tests: await listTests(root),
  assumptions: readAssumptions(root),
});

const storedPages = (root: string, folder = FOLDER): string[] => {
  if (!existsSync(join(root, folder))) return [];
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((found) => {
    const path = `${folder}/${found.name}`;
    if (found.isDirectory()) return storedPages(root, path);
    return found.name.endsWith(".md") ? [path] : [];
  });
};

/** What differs between the stored pages and those that belong there, one line for each. */
export const staleIn = (root: string, pages: ReadonlyMap<string, string>): readonly string[] => [
  ...[...pages].flatMap(([file, text]) => {
    if (!existsSync(join(root, file))) return [`${file}: is missing`];
    return readFileSync(join(root, file), "utf8") === text ? [] : [`${file}: is stale`];
  }),
  ...storedPages(root).flatMap((file) => (pages.has(file) ? [] : [`${file}: is of no automated case`])),
];

/** The same, of a repository's own plan and specs. Errors: `PLAN_INVALID`; a spec that does not load. */
export const staleReference = async (root: string): Promise<readonly string[]> => staleIn(root, renderReference(await readSources(root)));

/** Writes what is missing or stale and removes pages of no case; what it did, one line for each page. Errors: as `staleReference`. */
export const writeReference = async (root: string): Promise<readonly string[]> => {
  const pages = renderReference(await readSources(root));
  const stale = staleIn(root, pages);
  for (const file of storedPages(root)) if (!pages.has(file)) rmSync(join(root, file));
  for (const [file, text] of pages) {
    mkdirSync(dirname(join(root, file)), { recursive: true });
    writeFileSync(join(root, file), text);
  }
  return [...stale, `${pages.size - 1} cases in ${FOLDER}`];
};
