import { factLine, factTime, tellingFacts } from "@kubera-e2e/diagnosis";
import type { Fact, TestIdentity } from "@kubera-e2e/schema/evidence";
import type { Outcome } from "@kubera-e2e/schema/outcome";
import type { Diagnosis, Incident } from "@kubera-e2e/schema/verdict";
import { labelled, paragraph, wrap } from "./wrap.ts";

const EVIDENCE_FACTS = 6;
const AGAINST_FACTS = 2;
const TEST_LINES = 5;
const DEFAULT_WIDTH = 100;
const LEAST_WIDTH = 60;
const MOST_WIDTH = 120;
/** A fact tells itself in two lines of the terminal or not at all; the rest of it stands in incidents.json. */
const LINES_PER_FACT = 2;
const LABELS = 11;
const TIME = "04:46:41Z ".length;

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

interface Page {
  readonly outcome: Outcome;
  readonly style: Style;
  readonly width: number;
}

interface FactRoom {
  readonly limit: number;
  readonly width: number;
}

const factLines = (label: string, facts: readonly Fact[], { limit, width }: FactRoom): string[] => {
  const shown = tellingFacts(facts, limit);
  const rest = facts.length - shown.length;
  const room = width - LABELS - TIME;
  const lines = shown.flatMap((fact, index) => {
    const [told = "", ...more] = wrap(factLine(fact, room * LINES_PER_FACT), room).slice(0, LINES_PER_FACT);
    const start = `  ${(index === 0 ? label : "").padEnd(LABELS - 2)}${factTime(fact)} ${told}`;
    return [start, ...more.map((line) => " ".repeat(LABELS + TIME) + line)];
  });
  return [...lines, ...(rest > 0 ? labelled("", `… and ${rest} more in incidents.json`, width) : [])];
};

const isSame = (a: TestIdentity, b: TestIdentity): boolean =>
  a.plan === b.plan && a.row === b.row && a.project === b.project && a.title === b.title && a.file === b.file;

const nameOf = ({ plan, row, title }: TestIdentity): string =>
  `${plan.startsWith("unplanned-") ? "" : `${plan} `}${title}${row === undefined ? "" : ` [${row}]`}`;

/** A command is broken where the shell takes it up again, so that it can be copied. */
const commandLines = (command: string, width: number): string[] => {
  if (command.length <= width - LABELS) return [`  re-run:  ${command}`];
  const at = command.indexOf(" -g ");
  return at < 0 ? [`  re-run:  ${command}`] : [`  re-run:  ${command.slice(0, at)} \\`, `${" ".repeat(LABELS)}${command.slice(at + 1)}`];
};

/** "on 3 nodes of cluster server", for a cause with several places. */
const placesOf = ({ parts = [], scope }: Incident): string => {
  if (parts.length < 2) return "";
  const noun = parts.every((part) => part.scope.node !== undefined) ? "nodes" : "places";
  return ` on ${parts.length} ${noun}${scope.cluster === undefined ? "" : ` of cluster ${scope.cluster}`}`;
};

const titleLines = (incident: Incident, { style, width }: Page): string[] => {
  const { id, cause, tests } = incident;
  const name = `${id} ${cause}${placesOf(incident)}`;
  const sure = incident.confidence > 0 ? ` · confidence ${incident.confidence.toFixed(2)}` : "";
  const lines = wrap(`${name} · ${incident.class} · ${many(tests.length, "test")}${sure}`, width);
  return lines.map((line) => (line.startsWith(name) ? `${style.bad(style.strong(name))}${line.slice(name.length)}` : line));
};

const incidentLines = (incident: Incident, page: Page): string[] => {
  const { outcome, style, width } = page;
  const { tests } = incident;
  const [first] = tests;
  const rerun = first && outcome.tests.find(({ test }) => isSame(test, first))?.rerun;
  const strong = (lines: readonly string[], label: string): string[] =>
    lines.map((line) => line.replace(`  ${label}`, `  ${style.strong(label)}`));
  const rest = tests.length > TEST_LINES ? labelled("", `… and ${tests.length - TEST_LINES} more`, width) : [];
  return [
    ...titleLines(incident, page),
    ...paragraph(incident.summary, width),
    ...factLines("because:", incident.evidence, { limit: EVIDENCE_FACTS, width }),
    ...factLines("against:", incident.against, { limit: AGAINST_FACTS, width }),
    ...strong(labelled("fix:", incident.remedy, width), "fix:"),
    ...(rerun === undefined ? [] : strong(commandLines(rerun, width), "re-run:")),
    ...tests.slice(0, TEST_LINES).flatMap((test, index) => labelled(index === 0 ? "tests:" : "", nameOf(test), width)),
    ...rest,
    "",
  ];
};

const blockedLines = ({ outcome, style, width }: Page): string[] => {
  const reasons = new Map<string, number>();
  for (const { status, because = "" } of outcome.tests) {
    if (status === "blocked") reasons.set(because, (reasons.get(because) ?? 0) + 1);
  }
  return [...reasons].flatMap(([because, n]) => {
    const name = `${many(n, "test")} blocked`;
    return wrap(`${name}: ${because}`, width).map((line) => line.replace(name, style.warn(name)));
  });
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

const errorLines = ({ outcome, style, width }: Page): string[] => {
  const name = "error outside any test";
  return outcome.errors
    .flatMap((error) => `${name}: ${error}`.split("\n"))
    .flatMap((line) => wrap(line, width))
    .map((line) => line.replace(name, style.bad(name)));
};

export interface RenderOptions {
  readonly style?: Style;
  /** Columns of the terminal; between 60 and 120 are used, default 100. */
  readonly columns?: number;
}

/** What a run came to, as a block for the terminal; incidents that touched no test stand in one paragraph each. Times are UTC. Pure. */
export const renderOutcome = (outcome: Outcome, diagnosis: Diagnosis, options: RenderOptions = {}): string => {
  const { style = PLAIN, columns = DEFAULT_WIDTH } = options;
  const width = Math.min(Math.max(columns, LEAST_WIDTH), MOST_WIDTH);
  const page = { outcome, style, width };
  const felt = diagnosis.incidents.filter(({ tests }) => tests.length > 0);
  const unfelt = diagnosis.incidents.filter(({ tests }) => tests.length === 0);
  const simulated = wrap("SIMULATED data centre: this run says nothing about real machines.", width).map(style.warn);
  const head = `Run ${outcome.run} · bed ${outcome.bed} · Director ${outcome.build} · ${seconds(outcome.startedAt, outcome.endedAt)}`;
  const exit = `exit ${outcome.exit.code}`;
  return [
    "",
    "─".repeat(width),
    ...(outcome.target === "sim" ? simulated : []),
    ...wrap(head, width),
    countLine(outcome, style),
    "",
    ...felt.flatMap((incident) => incidentLines(incident, page)),
    ...unfelt.flatMap(({ cause, summary }) => wrap(`also seen, behind no failed test: ${cause}: ${summary}`, width)),
    ...blockedLines(page),
    ...errorLines(page),
    ...wrap(`${exit}: ${outcome.exit.because}`, width).map((line) => line.replace(exit, style.strong(exit))),
    "─".repeat(width),
    "",
  ].join("\n");
};
