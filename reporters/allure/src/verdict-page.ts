import { factLine, tellingFacts } from "@kubera-e2e/diagnosis";
import type { Fact } from "@kubera-e2e/schema/evidence";
import type { TestResultRecord } from "@kubera-e2e/schema/outcome";
import type { Incident } from "@kubera-e2e/schema/verdict";

const EVIDENCE_ROWS = 10;

/** Text on one line of Markdown, also inside a table. */
const cell = (text: string): string =>
  text
    .replaceAll(/\s*\n\s*/g, " ")
    .replaceAll("|", String.raw`\|`)
    .replaceAll("<", "&lt;");

/** UTC, as everywhere in stored files. */
const time = (iso: string): string => `${iso.slice(11, 19)}Z`;

const line = (fact: Fact): string => `\`${time(fact.at)}\` ${cell(factLine(fact))}`;

const list = (title: string, facts: readonly Fact[]): string[] => {
  if (facts.length === 0) return [];
  const shown = tellingFacts(facts, EVIDENCE_ROWS);
  const rest = facts.length - shown.length;
  const more = rest > 0 ? [`- … and ${rest} more in the attachment root-cause.json`] : [];
  return ["", `**${title}**`, "", ...shown.map((fact) => `- ${line(fact)}`), ...more];
};

const parts = ({ parts = [] }: Incident): string[] =>
  parts.length === 0 ? [] : ["", "**Where**", "", ...parts.map(({ summary, window }) => `- \`${time(window.from)}\` ${cell(summary)}`)];

/** A verdict in Markdown: a table of cause, size and how to run it again, then what wraps: what, what to do, evidence with times. */
export const verdictPage = (incident: Incident, record: TestResultRecord): string => {
  const sure = incident.confidence > 0 ? `, confidence ${incident.confidence.toFixed(2)}` : "";
  return [
    `| Root cause | ${incident.cause} (${incident.class}${sure}) |`,
    "|:---|:---|",
    `| Behind | ${incident.tests.length} ${incident.tests.length === 1 ? "failure" : "failures"} of this run, as ${incident.id} |`,
    `| Run it again | \`${cell(record.rerun)}\` |`,
    "",
    `**What** ${cell(incident.summary)}`,
    "",
    `**What to do** ${cell(incident.remedy)}`,
    ...parts(incident),
    ...list("Evidence", incident.evidence),
    ...list("Evidence against it", incident.against),
  ].join("\n");
};

/** A whole incident as plain text, for the page of errors of the run. */
export const incidentTrace = (incident: Incident): string =>
  [
    ...incident.evidence.map((fact) => `${time(fact.at)}  ${factLine(fact)}`),
    ...incident.against.map((fact) => `against: ${time(fact.at)}  ${factLine(fact)}`),
    ...incident.tests.map(({ plan, title }) => `${plan.startsWith("unplanned-") ? "" : `${plan} `}${title}`),
  ].join("\n");
