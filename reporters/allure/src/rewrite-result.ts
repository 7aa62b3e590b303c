import type { TestResultRecord } from "@kubera-e2e/schema/outcome";
import type { Incident } from "@kubera-e2e/schema/verdict";
import type { AllureAttachment, AllureLabel, AllureResult } from "./allure-result.ts";
import type { PlanText } from "./find-plan.ts";
import { verdictPage } from "./verdict-page.ts";

const OURS = new Set(["rootCause", "rootCauseDomain", "rootCauseClass", "cause", "plan", "row", "statusOriginal"]);
/** Annotations that allure-playwright turns into steps; they are labels here. */
const ANNOTATION_STEP = /^(plan|row|assumption|blocked): /;

const VERDICT_ATTACHMENT = "root-cause.json";

/** What is known of the test behind one result. */
export interface Verdict {
  readonly record: TestResultRecord;
  readonly incident?: Incident | undefined;
  /** Name of the attachment file with the whole incident, when there is one. */
  readonly attachment?: string | undefined;
  /** What its plan says, when that is known. */
  readonly plan?: PlanText | undefined;
}

/** A result as the reporter wrote it, so that verdicts can be carried again. */
const withoutVerdict = (result: AllureResult): AllureResult => {
  const { description: _description, original, ...rest } = result;
  return {
    ...rest,
    ...original,
    labels: result.labels.filter(({ name }) => !OURS.has(name)),
    links: result.links.filter(({ type }) => type !== "tms"),
    attachments: result.attachments.filter(({ name }) => name !== VERDICT_ATTACHMENT),
    steps: result.steps.filter(({ name }) => !ANNOTATION_STEP.test(name)),
  };
};

/** Allure reads `failed` as the product's fault; everything that is not keeps the name `broken`. */
const statusFor = (original: string, incident: Incident): string => {
  if (original === "passed" || original === "skipped") return original;
  if (incident.class === "unknown") return original;
  return incident.class === "product" ? "failed" : "broken";
};

const planLabels = ({ test }: TestResultRecord): AllureLabel[] => [
  { name: "plan", value: test.plan },
  ...(test.row === undefined ? [] : [{ name: "row", value: test.row }]),
];

/** The report makes web addresses clickable and no others, so the entry itself stands in it as well. */
const planPage = ({ file, entry }: PlanText): string => `**Plan** \`${file}\`\n\n\`\`\`yaml\n${entry}\n\`\`\``;

const withPlan = (result: AllureResult, { record, plan }: Verdict): AllureResult => {
  if (record.test.plan.startsWith("unplanned-")) return result;
  const labels = [...result.labels, ...planLabels(record)];
  if (plan === undefined) return { ...result, labels };
  const links = [...result.links, { type: "tms", name: record.test.plan, url: plan.url }];
  return { ...result, labels, links, ...(plan.entry !== "" && { description: planPage(plan) }) };
};

const withReason = (result: AllureResult, { status, because }: TestResultRecord): AllureResult =>
  status === "blocked" && because !== undefined
    ? { ...result, statusDetails: { ...result.statusDetails, message: `blocked: ${because}` } }
    : result;

const prefixOf = ({ cause, confidence, id }: Incident): string => `[${cause}${confidence > 0 ? ` ${confidence.toFixed(2)}` : ""} ${id}] `;

/** The cause first; of an explained failure the test's own words follow in one line, and stand whole above the stack. */
const detailsOf = (given: AllureResult["statusDetails"], incident: Incident): AllureResult["statusDetails"] => {
  const { message = "", trace = "" } = given;
  if (incident.class === "unknown") return { ...given, message: `${prefixOf(incident)}${message}` };
  const [saw = ""] = message.split("\n");
  return {
    message: `${prefixOf(incident)}${incident.summary}\nWhat to do: ${incident.remedy}\n\nThe test saw: ${saw}`,
    trace: trace.startsWith(message) ? trace : `${message}\n${trace}`,
  };
};

const withIncident = (result: AllureResult, incident: Incident, { record, attachment }: Verdict): AllureResult => {
  const own: AllureAttachment[] =
    attachment === undefined ? [] : [{ name: VERDICT_ATTACHMENT, type: "application/json", source: attachment }];
  return {
    ...result,
    original: { status: result.status, statusDetails: result.statusDetails },
    status: statusFor(result.status, incident),
    statusDetails: detailsOf(result.statusDetails, incident),
    description: [verdictPage(incident, record), ...(result.description === undefined ? [] : [result.description])].join("\n\n"),
    labels: [
      ...result.labels,
      { name: "rootCause", value: incident.cause },
      { name: "rootCauseDomain", value: incident.cause.split(".")[0] ?? incident.cause },
      { name: "rootCauseClass", value: incident.class },
      { name: "cause", value: `${incident.id} ${incident.cause}` },
      { name: "statusOriginal", value: result.status },
    ],
    attachments: [...own, ...result.attachments],
  };
};

/** One result with what is known of its test; carrying twice gives the same as carrying once. Pure. */
export const rewriteResult = (given: AllureResult, verdict: Verdict): AllureResult => {
  const result = withReason(withPlan(withoutVerdict(given), verdict), verdict.record);
  const { incident } = verdict;
  return incident === undefined || result.status === "passed" || result.status === "skipped"
    ? result
    : withIncident(result, incident, verdict);
};
