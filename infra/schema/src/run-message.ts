import { z } from "zod";

/** What the run process tells its launcher over their channel, in memory only: what no artifact of the run may hold. */
export const runSecretsSchema = z.object({ schema: z.literal("kubera-e2e/run-secrets@1"), secrets: z.array(z.string()) });

export type RunSecrets = z.infer<typeof runSecretsSchema>;
