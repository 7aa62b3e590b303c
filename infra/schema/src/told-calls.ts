import { z } from "zod";

/** Name and MIME type of the attachment in which a worker hands the calls of a test to the report, which shows each as a step. */
export const CALLS_ATTACHMENT = "director-calls";
export const CALLS_MIME = "application/vnd.kubera-e2e.calls.v1+json";

/** What the title of a wait begins with. */
export const WAIT_TITLE = "wait until ";

/** One call, or one wait, as the report shows it: nothing secret, milliseconds since 1970. */
export const toldCallSchema = z.object({ title: z.string(), startMs: z.number(), stopMs: z.number() });

export const toldCallsSchema = z.array(toldCallSchema);

export type ToldCall = z.infer<typeof toldCallSchema>;
