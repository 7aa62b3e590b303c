import type { Diagnosis } from "@kubera-e2e/schema/verdict";
import type { Outcome } from "@kubera-e2e/schema/outcome";
import { reportName } from "./report-names.ts";

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
    groupBy: [{ label: "rootCauseCluster" }],
  },
  {
    id: "rc-environment",
    name: "2 Environment: ESX, node, network, control plane, storage",
    expand: true,
    groupByMessage: false,
    matchers: byDomain("esx|node|network|controlplane|storage"),
    groupBy: [{ label: "rootCauseCluster" }],
  },
  {
    id: "rc-registry",
    name: "3 Registry, certificates, credentials",
    expand: true,
    groupByMessage: false,
    matchers: byDomain("registry|cert|auth"),
    groupBy: [{ label: "rootCauseCluster" }],
  },
  {
    id: "rc-test",
    name: "4 Test and CI",
    expand: true,
    groupByMessage: false,
    matchers: byDomain("test|ci"),
    groupBy: [{ label: "rootCauseCluster" }],
  },
  {
    id: "rc-unknown",
    name: "5 Not explained",
    expand: true,
    groupByMessage: false,
    matchers: { statuses: ["failed", "broken"] },
    groupBy: [{ label: "rootCauseCluster" }],
  },
];

const causesLine = ({ incidents }: Diagnosis, failed: number): string => {
  const felt = incidents.filter(({ tests }) => tests.length > 0);
  return felt.length === 0 ? "none" : felt.map(({ cause, tests }) => `${cause}: ${tests.length} of ${failed} failures`).join("; ");
};

/** Configuration of the report generator for one run; only keys that its loader knows. */
export const allureConfig = (outcome: Outcome, diagnosis: Diagnosis, output: string) => ({
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
    awesome: { options: { reportName: reportName(outcome), reportLanguage: "en", groupBy: ["parentSuite", "suite", "subSuite"] } },
  },
});
