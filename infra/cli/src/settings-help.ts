import { EXIT } from "@kubera-e2e/schema/exit-codes";
import { describeSettings } from "@kubera-e2e/schema/settings";

const EXIT_MEANINGS: Readonly<Record<keyof typeof EXIT, string>> = {
  passed: "passed",
  failed: "product or test failures",
  usage: "a command line or a setting that cannot be used",
  nothingSelected: "no test was selected",
  checksBlocked: "checks blocked the run",
  noLease: "the bed is held by somebody else",
  restoreFailed: "the bed could not be restored or set up",
  infrastructure: "every failure was infrastructure",
  secretFound: "a secret was found in artifacts",
  gateNotMet: "a readiness gate was not met",
  interrupted: "interrupted",
};

const exitRows = (): string[] =>
  Object.entries(EXIT_MEANINGS).map(([name, meaning]) => `  ${String(EXIT[name as keyof typeof EXIT]).padEnd(4)} ${meaning}`);

/** The list of exit codes and settings that `e2e --help` ends with. */
export const settingsHelp = (): string => {
  const rows = describeSettings().filter((setting) => setting.name.startsWith("KUBERA_") || setting.name === "ARTIFACTS");
  const secrets = "  KUBERA_SECRET_<NAME>_USERNAME and _PASSWORD   a secret that a bed's file refers to by its name";
  return [
    "Exit codes:",
    ...exitRows(),
    "",
    "Settings (environment or .env):",
    ...rows.map((row) => `  ${row.name.padEnd(18)} ${row.meaning}`),
    secrets,
  ].join("\n");
};
