import { ERROR_CODES } from "@kubera-e2e/schema/error-codes";
import { EXIT } from "@kubera-e2e/schema/exit-codes";

const EXIT_MEANINGS: Readonly<Record<keyof typeof EXIT, string>> = {
  passed: "everything that ran has passed; an empty shard too",
  failed: "tests failed, and the product or the tests are to blame, or nobody can say",
  usage: "bad usage or settings; nothing was started",
  nothingSelected: "no test matches, before sharding",
  checksBlocked: "checks before the run blocked it",
  noLease: "the bed is held by somebody else",
  restoreFailed: "the bed could not be restored or set up; its tests are blocked",
  infrastructure: "every failure was infrastructure's",
  secretFound: "a secret was found in the artifacts",
  gateNotMet: "the readiness gate is not met",
  interrupted: "interrupted by a signal",
};

const exitRows = (): string[] => Object.entries(EXIT).map(([name, code]) => `| ${code} | ${EXIT_MEANINGS[name as keyof typeof EXIT]} |`);

const errorRows = (): string[] =>
  Object.entries(ERROR_CODES)
    .toSorted(([a], [b]) => a.localeCompare(b))
    .map(([code, entry]) => `| \`${code}\` | ${entry.title} | ${entry.class} | ${entry.exit} |`);

/** `docs/errors.md`, made from the tables that the code itself uses. */
export const errorsPage = (): string =>
  [
    "# Exit codes and error codes",
    "",
    "<!-- Written by `node --import tsx tools/docs/main.ts`; a unit test compares it with the code. -->",
    "",
    "Every command of `pnpm test` and `pnpm e2e` ends with one of these. In GitLab, `retry:exit_codes` of 20 to 23 re-runs what",
    "the lab broke, and nothing that the product broke.",
    "",
    "| exit code | meaning |",
    "|---|---|",
    ...exitRows(),
    "",
    "Errors start with `[CODE]` and say what, where, because, and how to fix it. Codes never change their meaning. The class says",
    "whose trouble it is; the exit code is the one a command ends with when the error ends it.",
    "",
    "| code | meaning | class | exit code |",
    "|---|---|---|---|",
    ...errorRows(),
    "",
  ].join("\n");
