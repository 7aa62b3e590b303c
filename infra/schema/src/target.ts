import { z } from "zod";

/** Whether a run met the simulated data centre or real machines; stamped on every artifact. */
export const targetSchema = z.enum(["sim", "real"]);

export type Target = z.infer<typeof targetSchema>;
