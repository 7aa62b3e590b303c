import { factLine, factTime, tellingFacts } from "@kubera-e2e/diagnosis";
import type { Fact, TestIdentity } from "@kubera-e2e/schema/evidence";
import type { Outcome } from "@kubera-e2e/schema/outcome";
import type { Diagnosis, Incident } from "@kubera-e2e/schema/verdict";
import { rerunOf } from "./identity.ts";
import { labelled, paragraph, TEXT_COLUMN, wrap } from "./wrap.ts";

const EVIDENCE_FACTS = 6;
const AGAINST_FACTS = 2;
const TEST_LINES = 5;
const DEFAULT_WIDTH = 80;
const LEAST_WIDTH = 60;
const MOST_WIDTH = 120;
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

const factLines = (
  label: string,
  facts: readonly Fact[],
  { limit, width }: { readonly limit: number; readonly width: number },
): string[] => {
  const shown = tellingFacts(facts, limit);
  const rest = facts.length - shown.length;
  const lines = shown.flatMap((fact, index) =>
    labelled(`${(index === 0 ? label : "").padEnd("because: ".length)}${factTime(fact)}`, factLine(fact), {
      width,
      column: TEXT_COLUMN + TIME,
    }),
  );
  return [...lines, ...(rest > 0 ? labelled("", `… and ${rest} more in incidents.json`, { width }) : [])];
};

const nameOf = ({ plan, row, title }: TestIdentity): string =>
  `${plan.startsWith("unplanned-") ? "" : `${plan} `}${title}${row === undefined ? "" : ` [${row}]`}`;

/** A command is broken where the shell takes it up again, so that it can be copied. */
const commandLines = (command: string, width: number): string[] => {
  if (command.length <= width - TEXT_COLUMN) return [`  re-run:  ${command}`];
  const at = command.indexOf(" -g ");
  return at < 0
    ? [`  re-run:  ${command}`]
    : [`  re-run:  ${command.slice(0, at)} \\`, `${" ".repeat(TEXT_COLUMN)}${command.slice(at + 1)}`];
};

const clock = (iso: string): string => `${iso.slice(11, 19)}Z`;

const spanText = ({ from, to }: Incident["window"]): string => (clock(from) === clock(to) ? clock(from) : `${clock(from)} to ${clock(to)}`);

/** Cluster, nodes, and from when to when it was seen. */
const whereLines = ({ parts = [], scope, window }: Incident, width: number): string[] => {
  const nodes = [scope, ...parts.map((part) => part.scope)].flatMap(({ node }) => node ?? []);
  const cluster = scope.cluster === undefined ? [] : [`cluster ${scope.cluster}`];
  const places = [...cluster, ...(nodes.length > 0 ? [nodes.join(", ")] : [])];
  return labelled(places.length > 0 ? "where:" : "when:", [...places, spanText(window)].join(" · "), { width });
};

const titleLines = (incident: Incident, { style, width }: Page): string[] => {
  const { id, cause, tests } = incident;
  const name = `${id} ${cause}`;
  const sure = incident.confidence > 0 ? ` · confidence ${incident.confidence.toFixed(2)}` : "";
  const lines = wrap(`${name} · ${incident.class} · ${many(tests.length, "test")}${sure}`, width);
  return lines.map((line) => (line.startsWith(name) ? `${style.bad(style.strong(name))}${line.slice(name.length)}` : line));
};

const incidentLines = (incident: Incident, page: Page): string[] => {
  const { style, width } = page;
  const { tests } = incident;
  const rerun = rerunOf(tests);
  const strong = (lines: readonly string[], label: string): string[] =>
    lines.map((line) => line.replace(`  ${label}`, `  ${style.strong(label)}`));
  const rest = tests.length > TEST_LINES ? labelled("", `… and ${tests.length - TEST_LINES} more`, { width }) : [];
  return [
    ...titleLines(incident, page),
    ...paragraph(incident.summary, width),
    ...whereLines(incident, width),
    ...factLines("because:", incident.evidence, { limit: EVIDENCE_FACTS, width }),
    ...factLines("against:", incident.against, { limit: AGAINST_FACTS, width }),
    ...strong(labelled("fix:", incident.remedy, { width }), "fix:"),
    ...(rerun === undefined ? [] : strong(commandLines(rerun, width), "re-run:")),
    ...tests.slice(0, TEST_LINES).flatMap((test, index) => labelled(index === 0 ? "tests:" : "", nameOf(test), { width })),
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
  /** Columns of the terminal; between 60 and 120 are used, default 80. */
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
