import { z } from "zod";
import type { Settings } from "./settings.ts";

/** Where the workers of one bed find it: its values, its store, and the run process's server for it. */
const runBedSchema = z.object({
  KUBERA_BED: z.string(),
  KUBERA_VALUES: z.string(),
  KUBERA_STORE: z.string(),
  KUBERA_RUN_URL: z.string(),
  KUBERA_RUN_TOKEN: z.string(),
});

export type RunBed = z.infer<typeof runBedSchema>;

/** The text of KUBERA_RUN_BEDS. */
export const writeRunBeds = (beds: readonly RunBed[]): string => JSON.stringify(beds);

/** Settings of the worker in a slot: where a run has several beds, workers take them in turn. */
export const settingsOfSlot = (settings: Settings, slot: number): Settings => {
  if (settings.KUBERA_RUN_BEDS === undefined) return settings;
  const beds = z.array(runBedSchema).min(1).parse(JSON.parse(settings.KUBERA_RUN_BEDS));
  return { ...settings, ...beds[slot % beds.length] };
};
