import type { Diagnosis } from "@kubera-e2e/schema/verdict";
import { reportName } from "./report-names.ts";
import type { StoredRun } from "./stored-run.ts";

const byDomain = (domains: string): { readonly labels: { readonly rootCauseDomain: string } } => ({
  labels: { rootCauseDomain: `^(${domains})$` },
});

/** First match wins. An image that was never pushed is the build's, so the class is asked before the domain. */
const CATEGORIES = [
  {
    id: "rc-product",
    name: "1 Product",
    expand: true,
    groupByMessage: false,
    matchers: { labels: { rootCauseClass: "^product$" } },
    groupBy: [{ label: "cause" }],
  },
  {
    id: "rc-environment",
    name: "2 Environment: ESX, node, network, control plane, storage",
    expand: true,
    groupByMessage: false,
    matchers: byDomain("esx|node|network|controlplane|storage"),
    groupBy: [{ label: "cause" }],
  },
  {
    id: "rc-registry",
    name: "3 Registry, certificates, credentials",
    expand: true,
    groupByMessage: false,
    matchers: byDomain("registry|cert|auth"),
    groupBy: [{ label: "cause" }],
  },
  {
    id: "rc-test",
    name: "4 Test and CI",
    expand: true,
    groupByMessage: false,
    matchers: byDomain("test|ci"),
    groupBy: [{ label: "cause" }],
  },
  {
    id: "rc-unknown",
    name: "5 Not explained",
    expand: true,
    groupByMessage: false,
    matchers: { statuses: ["failed", "broken"] },
    groupBy: [{ label: "cause" }],
  },
];

const causesLine = ({ incidents }: Diagnosis, failed: number): string => {
  const felt = incidents.filter(({ tests }) => tests.length > 0);
  return felt.length === 0 ? "none" : felt.map(({ cause, tests }) => `${cause}: ${tests.length} of ${failed} failures`).join("; ");
};

interface Output {
  /** Folder of the report. */
  readonly output: string;
  /** Whether the page holds everything; browsers let a page that was opened as a file fetch nothing beside it. */
  readonly singleFile: boolean;
}

/** Configuration of the report generator for one run; only keys that its loader knows. */
export const allureConfig = ({ outcome, diagnosis }: Pick<StoredRun, "outcome" | "diagnosis">, { output, singleFile }: Output) => ({
  name: reportName(outcome),
  output,
  // Hidden labels are hidden from the rules above as well.
  hideLabels: ["statusOriginal", "_fallbackTestCaseId", "language", "framework", "package", "titlePath", "thread"],
  variables: {
    "Root cause": causesLine(diagnosis, outcome.counts.failed),
    Verdict: `exit ${outcome.exit.code}: ${outcome.exit.because}`,
  },
  categories: { rules: CATEGORIES },
  plugins: {
    awesome: {
      options: {
        reportName: reportName(outcome),
        reportLanguage: "en",
        groupBy: ["parentSuite", "suite", "subSuite"],
        singleFile,
      },
    },
  },
});
