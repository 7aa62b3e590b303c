import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const INFRA = join(import.meta.dirname, "..", "..", "infra");

/** What a contract suite declares in `test/deviations.json` of its room; the suite fails when one no longer deviates. */
interface Deviation {
  readonly id: string;
  readonly targets: readonly string[];
  readonly cases: readonly string[];
  readonly because: string;
}

const sectionOf = (room: string): string[] => {
  const file = join(INFRA, room, "test", "deviations.json");
  if (!existsSync(file)) return [];
  const deviations = JSON.parse(readFileSync(file, "utf8")) as Deviation[];
  const rows = deviations.flatMap(({ id, targets, cases, because }) =>
    cases.map((title) => `| \`${id}\` | ${targets.join(", ")} | ${title} | ${because} |`),
  );
  return [`## ${room}`, "", "| id | peer | what it does not do | because |", "|---|---|---|---|", ...rows, ""];
};

/** `docs/deviations.md`, made from the lists that the contract suites themselves use. */
export const deviationsPage = (): string =>
  [
    "# Deviations",
    "",
    "<!-- Written by `node --import tsx tools/docs/main.ts`; a unit test compares it with the declarations. -->",
    "",
    "Each client passes one contract suite against the simulator and against every real peer that is up (`pnpm contract`).",
    "Where a peer does something else, the deviation is declared with its reason, printed at the end of the suite, and must go",
    "on deviating: one that has gone fails the suite. A peer without an entry holds every case.",
    "",
    ...readdirSync(INFRA).toSorted().flatMap(sectionOf),
  ].join("\n");
