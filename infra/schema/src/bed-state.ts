import { z } from "zod";

/**
 * What a bed is reset to; all but `bare` hold for one build. `openebs` is the newest that Director offers, `openebs-base` the newest from which
 * it upgrades.
 */
export const bedStateSchema = z.enum(["bare", "director", "openebs", "openebs-base"]);

export type BedState = z.infer<typeof bedStateSchema>;

/** To what a bed is restored for a test that names no state; it takes any other in which a Director of its build runs. */
export const UNNAMED_STATE = "director" satisfies BedState;

/** `bare`, or `director@1.12.0`: the name under which a set is stored. */
export const stateName = (state: BedState, build: string): string => (state === "bare" ? "bare" : `${state}@${build}`);
