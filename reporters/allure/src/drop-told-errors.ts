import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Outcome } from "@kubera-e2e/schema/outcome";
import { writeJson } from "./allure-result.ts";

const GLOBALS = /-globals\.json$/;
/** How Playwright ends a hook in which a test is skipped, as a blocked one is. */
const SKIPPED = / failed: (Error: )?Test is skipped: /;

interface Globals {
  readonly errors?: readonly { readonly message?: string }[];
}

/** Whether an error of a hook is told by a test already: as its own, or because that test was only skipped. */
const isTold = ({ tests }: Outcome): ((message: string) => boolean) => {
  const endings = tests.flatMap(({ status, because }) => (status === "failed" && because !== undefined ? [` failed: ${because}`] : []));
  return (message) => {
    const [line = ""] = message.split("\n");
    return SKIPPED.test(line) || endings.some((ending) => line.endsWith(ending));
  };
};

/** Leaves of the errors that stand on the page of the run those that no test tells: allure-playwright adds each hook's of each test. */
export const dropToldErrors = (results: string, outcome: Outcome): void => {
  const told = isTold(outcome);
  for (const name of readdirSync(results).filter((file) => GLOBALS.test(file))) {
    const globals = JSON.parse(readFileSync(join(results, name), "utf8")) as Globals;
    const { errors = [] } = globals;
    const left = errors.filter(({ message = "" }) => !told(message));
    if (left.length < errors.length) writeJson(results, name, { ...globals, errors: left });
  }
};
