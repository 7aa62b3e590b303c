import { z } from "zod";

/** Whether a run met the simulated data centre or real machines; stamped on every artifact. */
export const targetSchema = z.enum(["sim", "real"]);

/** Every answer of a simulated Director carries this header, and none of a real one does; its value is "simulated". */
export const SIMULATED_HEADER = "x-kubera-e2e";

export type Target = z.infer<typeof targetSchema>;
