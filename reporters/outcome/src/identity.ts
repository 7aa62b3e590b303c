import { relative } from "node:path";
import type { TestCase } from "@playwright/test/reporter";
import type { TestIdentity } from "@kubera-e2e/schema/evidence";

interface Annotation {
  readonly type: string;
  readonly description?: string;
}

const annotation = (annotations: readonly Annotation[], type: string): string | undefined =>
  annotations.find((candidate) => candidate.type === type)?.description;

/** Describe titles and the test's own, without project and file. */
const titleOf = (test: TestCase): string => test.titlePath().slice(3).join(" › ");

const projectOf = (test: TestCase): string => test.parent.project()?.name ?? "";

/** Who a test is: its plan id and row. One without a plan id goes by its own id, so that two are never one. */
export const identityOf = (test: TestCase, rootDir: string): TestIdentity => {
  const row = annotation(test.annotations, "row");
  return {
    plan: annotation(test.annotations, "plan") ?? `unplanned-${test.id}`,
    ...(row !== undefined && { row }),
    title: titleOf(test),
    file: relative(rootDir, test.location.file),
    project: projectOf(test),
    retry: Math.max(test.results.length - 1, 0),
  };
};

/** Why a test was blocked or skipped, or in which set-up it failed, as its annotations say. */
export const reasonOf = (test: TestCase, type: "blocked" | "skip" | "fixme" | "set-up"): string | undefined => {
  const annotations = [...test.annotations, ...test.results.flatMap((result) => result.annotations)];
  return annotations.some((candidate) => candidate.type === type) ? (annotation(annotations, type) ?? "no reason given") : undefined;
};

/** A title is a regular expression to Playwright and a word to the shell. */
const wordOf = (title: string): string => {
  const pattern = title.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
  return pattern.replaceAll(/["$`\\]/g, String.raw`\$&`);
};

const lineOf = (project: string, titles: readonly string[]): string =>
  `${project === "gui" ? "KUBERA_GUI=1 " : ""}pnpm test --project=${project} -g "${titles.map(wordOf).join("|")}"`;

/** The line that runs one test again. */
export const rerunLine = (test: TestCase): string => lineOf(projectOf(test), [test.title]);

/** More titles than these make a line that nobody can read. */
const MOST_TITLES = 3;

/** The line that runs some failed tests again: by their titles while they are few, then all that failed last. */
export const rerunOf = (tests: readonly TestIdentity[]): string | undefined => {
  const [first] = tests;
  if (first === undefined) return undefined;
  const titles = [...new Set(tests.map(({ title }) => title.split(" › ").at(-1) ?? title))];
  const isOneProject = tests.every(({ project }) => project === first.project);
  return titles.length <= MOST_TITLES && isOneProject ? lineOf(first.project, titles) : "pnpm test --last-failed";
};
