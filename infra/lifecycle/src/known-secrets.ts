import type { Settings } from "@kubera-e2e/schema/settings";
import { readBedValues } from "./bed-values.ts";

/** What shows a key that stands over several lines when it is told line by line; its frame is no secret. */
const LONG_LINE = 16;

const linesOf = (secret: string): string[] =>
  secret.includes("\n") ? secret.split(/\r?\n/).filter((line) => line.length >= LONG_LINE && !line.startsWith("-----")) : [];

/**
 * Every password that this process was given: KUBERA_SECRET_…, KUBERA_PASS, GOVC_PASSWORD and the `secrets` of the file that
 * KUBERA_VALUES names; of those with several lines each long line, too.
 *
 * Error: `SETTING_INVALID` for a values file that cannot be used.
 */
export const knownSecrets = (settings: Settings): string[] => {
  const named = [...settings.secrets.values(), ...readBedValues(settings).secrets.values()].map(({ password }) => password);
  const given = [settings.KUBERA_PASS, settings.GOVC_PASSWORD, ...named].filter((secret) => secret !== undefined);
  return given.flatMap((secret) => [secret, ...linesOf(secret)]);
};
