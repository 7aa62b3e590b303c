import { factLine, tellingFacts } from "@kubera-e2e/diagnosis";
import type { Fact, TestIdentity } from "@kubera-e2e/schema/evidence";
import type { Outcome } from "@kubera-e2e/schema/outcome";
import type { Diagnosis, Incident } from "@kubera-e2e/schema/verdict";

const EVIDENCE_LINES = 6;
const AGAINST_LINES = 2;
const TEST_LINES = 5;
const WIDTH = 100;

/** How to make words stand out; all of them leave the text as it is where there is no colour. */
export interface Style {
  readonly strong: (text: string) => string;
  readonly bad: (text: string) => string;
  readonly good: (text: string) => string;
  readonly warn: (text: string) => string;
}

const ansi = (open: number, close: number) => (text: string) =>
  `${String.fromCharCode(27)}[${open}m${text}${String.fromCharCode(27)}[${close}m`;
const plain = (text: string): string => text;

export const COLOURS: Style = { strong: ansi(1, 22), bad: ansi(31, 39), good: ansi(32, 39), warn: ansi(33, 39) };
export const PLAIN: Style = { strong: plain, bad: plain, good: plain, warn: plain };

const seconds = (from: string, to: string): string => `${((Date.parse(to) - Date.parse(from)) / 1000).toFixed(1)} s`;
const many = (n: number, noun: string): string => `${n} ${noun}${n === 1 ? "" : "s"}`;
const time = (iso: string): string => iso.slice(11, 19);

const factLines = (label: string, facts: readonly Fact[], limit: number): string[] => {
  const shown = tellingFacts(facts, limit);
  const rest = facts.length - shown.length;
  const more = rest > 0 ? [`           … and ${rest} more in incidents.json`] : [];
  return [...shown.map((fact, index) => `  ${(index === 0 ? label : "").padEnd(9)}${time(fact.at)}  ${factLine(fact)}`), ...more];
};

const isSame = (a: TestIdentity, b: TestIdentity): boolean =>
  a.plan === b.plan && a.row === b.row && a.project === b.project && a.title === b.title && a.file === b.file;

const nameOf = ({ plan, row, title }: TestIdentity): string =>
  `${plan.startsWith("unplanned-") ? "" : `${plan} `}${title}${row === undefined ? "" : ` [${row}]`}`;

const incidentLines = (incident: Incident, outcome: Outcome, style: Style): string[] => {
  const { id, cause, tests } = incident;
  const [first] = tests;
  const rerun = first && outcome.tests.find(({ test }) => isSame(test, first))?.rerun;
  const named = tests.slice(0, TEST_LINES).map((test, index) => `  ${(index === 0 ? "tests:" : "").padEnd(9)}${nameOf(test)}`);
  const rest = tests.length > TEST_LINES ? [`           … and ${tests.length - TEST_LINES} more`] : [];
  const sure = incident.confidence > 0 ? ` · confidence ${incident.confidence.toFixed(2)}` : "";
  return [
    `${style.bad(style.strong(`${id} ${cause}`))} · ${incident.class} · ${many(tests.length, "test")}${sure}`,
    `  ${incident.summary}`,
    ...factLines("because:", incident.evidence, EVIDENCE_LINES),
    ...factLines("against:", incident.against, AGAINST_LINES),
    `  ${style.strong("fix:")}     ${incident.remedy}`,
    ...(rerun === undefined ? [] : [`  ${style.strong("re-run:")}  ${rerun}`]),
    ...named,
    ...rest,
    "",
  ];
};

const blockedLines = (outcome: Outcome, style: Style): string[] => {
  const reasons = new Map<string, number>();
  for (const { status, because = "" } of outcome.tests) {
    if (status === "blocked") reasons.set(because, (reasons.get(because) ?? 0) + 1);
  }
  return [...reasons].map(([because, n]) => `${style.warn(`${many(n, "test")} blocked`)}: ${because}`);
};

const countLine = ({ counts }: Outcome, style: Style): string => {
  const parts = [
    counts.passed > 0 ? style.good(`${counts.passed} passed`) : "0 passed",
    counts.failed > 0 ? style.bad(`${counts.failed} failed`) : "0 failed",
    ...(counts.skipped > 0 ? [`${counts.skipped} skipped`] : []),
    ...(counts.blocked > 0 ? [style.warn(`${counts.blocked} blocked`)] : []),
    ...(counts.notRun > 0 ? [style.warn(`${counts.notRun} not run`)] : []),
  ];
  return `${parts.join(" · ")} of ${counts.planned} planned`;
};

/** What a run came to, as a block for the terminal; incidents that touched no test stand in one line each. Pure. */
export const renderOutcome = (outcome: Outcome, diagnosis: Diagnosis, style: Style = PLAIN): string => {
  const felt = diagnosis.incidents.filter(({ tests }) => tests.length > 0);
  const unfelt = diagnosis.incidents.filter(({ tests }) => tests.length === 0);
  const simulated = style.warn("SIMULATED data centre: this run says nothing about real machines.");
  const errors = outcome.errors.map((error) => `${style.bad("error outside any test")}: ${error}`);
  return [
    "",
    "─".repeat(WIDTH),
    ...(outcome.target === "sim" ? [simulated] : []),
    `Run ${outcome.run} · bed ${outcome.bed} · Director ${outcome.build} · ${seconds(outcome.startedAt, outcome.endedAt)}`,
    countLine(outcome, style),
    "",
    ...felt.flatMap((incident) => incidentLines(incident, outcome, style)),
    ...unfelt.map(({ cause, summary }) => `also seen, behind no failed test: ${cause}: ${summary}`),
    ...blockedLines(outcome, style),
    ...errors,
    `${style.strong(`exit ${outcome.exit.code}`)}: ${outcome.exit.because}`,
    "─".repeat(WIDTH),
    "",
  ].join("\n");
};
