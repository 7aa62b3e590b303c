import { z } from "zod";
import { byteSizeSchema } from "./byte-size.ts";
import { durationSchema } from "./duration.ts";

const DAY_MS = 86_400_000;

const frozenSchema = z.strictObject({
  expireAfter: durationSchema.default(7 * DAY_MS).describe("how long the state of a failed run is kept"),
  keep: z.int().min(0).default(2).describe("how many there may be at a time; a run that fails while there are as many keeps nothing"),
});

/** Retention of a bed's sets, by which `e2e bed gc` decides. */
export const setsSchema = z.strictObject({
  keep: z.int().min(1).default(2).describe("whole sets of each state that stay, the newest first"),
  maxSize: byteSizeSchema
    .optional()
    .describe("what all sets together may take on the datastore; over it older ones go, never the last of a state"),
  frozen: frozenSchema.prefault({}),
});
