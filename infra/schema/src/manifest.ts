import { z } from "zod";
import { testIdentitySchema } from "./evidence.ts";

/** `manifest.json`: the tests a run meant to run, written before the first one starts. */
export const manifestSchema = z.object({
  schema: z.literal("kubera-e2e/manifest@1"),
  run: z.string(),
  shard: z.object({ index: z.int(), total: z.int() }).optional(),
  tests: z.array(testIdentitySchema.extend({ tags: z.array(z.string()) })),
});

export type Manifest = z.infer<typeof manifestSchema>;
