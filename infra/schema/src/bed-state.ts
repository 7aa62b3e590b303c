import { z } from "zod";

/** What a bed is reset to; `director` and `openebs` hold for one build. */
export const bedStateSchema = z.enum(["bare", "director", "openebs"]);

export type BedState = z.infer<typeof bedStateSchema>;

/** `bare`, or `director@1.12.0`: the name under which a set is stored. */
export const stateName = (state: BedState, build: string): string => (state === "bare" ? "bare" : `${state}@${build}`);
