import { describeSettings } from "@kubera-e2e/schema/settings";

/** The list of settings that `e2e --help` ends with. */
export const settingsHelp = (): string => {
  const rows = describeSettings().filter((setting) => setting.name.startsWith("KUBERA_") || setting.name === "ARTIFACTS");
  return ["", "Settings (environment or .env):", ...rows.map((row) => `  ${row.name.padEnd(18)} ${row.meaning}`)].join("\n");
};
