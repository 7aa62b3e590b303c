import type { TestInfo } from "@playwright/test";
import { trialTitle } from "./trial-titles.ts";
import { trialKey, type Trial } from "./trial-key.ts";
import type { TrialFolder } from "./trial-folder.ts";

type Body = (parts: unknown, testInfo: TestInfo) => unknown;
interface Details {
  readonly annotation: readonly { readonly type: string; readonly description?: string }[];
}
type Test = (title: string, details: Details, body: Body) => unknown;

/** Playwright reads which fixtures a test wants from the text of its body. */
const withTextOf = (body: Body, run: Body): Body => Object.assign(run, { toString: () => body.toString() });

/** Ends its mutant once it is red, for what comes behind is to leave the bed as it was. */
const dying = (body: Body, { id, ends }: Trial, folder: TrialFolder): Body => {
  const fails = (testInfo: TestInfo): void => {
    folder.rest();
    // What is expected to fail ends no worker.
    testInfo.fail();
    if (ends) folder.askNoMore(id);
  };
  return withTextOf(body, async (parts, testInfo) => {
    folder.last = "red";
    try {
      await body(parts, testInfo);
      if (testInfo.errors.length > 0) fails(testInfo);
      else folder.last = "green";
    } catch (error) {
      fails(testInfo);
      throw error;
    }
  });
};

/** What a copy's specs import as `test`: each test once under each mutant that was chosen for it, and again without it. */
export const tried = <T extends object>(unwoven: T, folder: TrialFolder): T => {
  const test = unwoven as unknown as Test;
  const chosen = folder.chosen();
  const each: Test = (title, details, body) => {
    const plan = details.annotation.find(({ type }) => type === "plan")?.description ?? "";
    for (const trial of chosen?.[trialKey(plan, title)] ?? []) {
      test(trialTitle(title, { id: trial.id, isControl: false }), details, dying(body, trial, folder));
      test(trialTitle(title, { id: trial.id, isControl: true }), details, body);
    }
  };
  return chosen === undefined ? unwoven : new Proxy(unwoven, { apply: (_, __, given: Parameters<Test>) => each(...given) });
};
