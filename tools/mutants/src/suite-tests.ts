import type { ListedTest } from "@kubera-e2e/cli/list-tests";

/** The api suite by cases, specs and folders. */
export class SuiteTests {
  readonly all: readonly ListedTest[];

  constructor(listed: readonly ListedTest[]) {
    this.all = listed.filter(({ project, isDraft }) => project === "api" && !isDraft);
  }

  ofCases(ids: readonly string[]): readonly ListedTest[] {
    return this.all.filter(({ plan }) => ids.includes(plan));
  }

  /** Throws where there are none. */
  inFolder(folder: string): readonly ListedTest[] {
    const tests = this.all.filter(({ file }) => file.startsWith(`${folder}/`));
    if (tests.length === 0) throw new Error(`no case of the API is in ${folder}`);
    return tests;
  }

  specsOf(ids: readonly string[]): readonly string[] {
    return [...new Set(this.ofCases(ids).map(({ file }) => file))];
  }

  areasOf(ids: readonly string[]): readonly string[] {
    return [...new Set(this.specsOf(ids).map((file) => file.split("/")[1] ?? ""))];
  }

  /** Whether a spec holds it; lists put what it stands in before a title. */
  has(plan: string, title: string): boolean {
    return this.all.some((one) => one.plan === plan && ` ${one.title}`.endsWith(` ${title}`));
  }
}
