import type { PlanEntry } from "@kubera-e2e/schema/plan-entry";
import { DECLARED_NEEDS, SEEN_NEEDS } from "@kubera-e2e/schema/plan-needs";
import type { ListedTest } from "./list-tests.ts";

/** What the public facts about Director leave open, and what the simulated one does there. */
export interface Assumption {
  readonly id: string;
  readonly question: string;
  readonly sim: string;
}

export interface CaseParts {
  readonly entry: PlanEntry;
  /** Its tests, at least one, in the order of the specs. */
  readonly tests: readonly ListedTest[];
  readonly assumptions: readonly Assumption[];
}

/** From a page below docs/reference/<area>/. */
const ROOT = "../../..";

const DAYS = { 0: "0, installation", 1: "1, first use", 2: "2, operation" } as const;
const KINDS = { api: "through the API", gui: "in a browser", chaos: "while something is killed or cut off", perf: "how fast" } as const;

export const escaped = (text: string): string => text.replaceAll("|", String.raw`\|`);

const linkTo = ({ file, line }: ListedTest): string => `[${file}:${line}](${ROOT}/${file}#L${line})`;

const releasesOf = ({ since, until }: PlanEntry): string => {
  if (since === undefined && until === undefined) return "every release";
  return [...(since === undefined ? [] : [`from ${since}`]), ...(until === undefined ? [] : [`up to ${until}`])].join(" ");
};

const needsOf = ({ needs }: PlanEntry): string => {
  const meanings: Readonly<Record<string, string>> = { ...SEEN_NEEDS, ...DECLARED_NEEDS };
  return needs.length === 0 ? "nothing but a bed" : needs.map((need) => `\`${need}\`, ${meanings[need] ?? ""}`).join("; ");
};

const facts = (entry: PlanEntry): string[] => [
  "| | |",
  "|---|---|",
  `| id | \`${entry.id}\` |`,
  `| day | ${DAYS[entry.day]} |`,
  `| priority | ${entry.priority} |`,
  `| kind | ${entry.kind}: ${KINDS[entry.kind]} |`,
  `| needs | ${escaped(needsOf(entry))} |`,
  `| releases | ${releasesOf(entry)} |`,
  "",
];

const testTable = (tests: readonly ListedTest[]): string[] => [
  "## Tests",
  "",
  "| row | test | where |",
  "|---|---|---|",
  ...tests.map((test) => `| ${escaped(test.row ?? "–")} | ${escaped(test.title)} | ${linkTo(test)} |`),
  "",
];

const assumed = (assumptions: readonly Assumption[]): string[] =>
  assumptions.length === 0
    ? []
    : [
        "## Rests on",
        "",
        "The public facts leave this open; the simulated Director does what stands here, and a real one may not.",
        "",
        ...assumptions.map(({ id, question, sim }) => `- \`${id}\`: ${question} Assumed: ${sim}`),
        "",
      ];

const runLine = ({ kind, id }: PlanEntry): string => `${kind === "gui" ? "KUBERA_GUI=1 " : ""}pnpm test ${id}`;

/** The reference page of one automated case, in Markdown. */
export const casePage = (parts: CaseParts): string => {
  const { entry, tests, assumptions } = parts;
  const expected = (entry.expect ?? []).map((line) => `- ${line}`);
  return [
    `# ${entry.title}`,
    "",
    "<!-- Written by `pnpm e2e plan docs` from the plan and the specs; `pnpm check` says when it is stale. -->",
    "",
    ...facts(entry),
    "## Claims",
    "",
    ...expected,
    "",
    ...testTable(tests),
    ...assumed(assumptions),
    "## Run this one",
    "",
    `    ${runLine(entry)}`,
    "",
    `[All cases](../README.md) · [plan of ${entry.area}](${ROOT}/tests/${entry.area}/plan.yaml)`,
    "",
  ].join("\n");
};
