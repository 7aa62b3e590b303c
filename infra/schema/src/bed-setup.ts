import { z } from "zod";
import { durationSchema } from "./duration.ts";

const name = z.string().min(1);

const commandSchema = z.strictObject({
  name: name.describe("what it does, for a reader"),
  argv: z.array(name).min(1).describe("program and arguments, without a shell; parts that begin with ./ or ../ start at the bed's file"),
  timeLimit: durationSchema.default(30 * 60_000),
});

/** How the VMs of a bed come to be: clones of a template, and the site's own commands that make clusters of them. */
export const setupSchema = z.strictObject({
  template: name.describe("VM or template that every VM of the bed is cloned from"),
  folder: name.optional().describe("folder of the new VMs; by default the template's"),
  pool: name.optional().describe("resource pool; by default the root pool of the template's compute resource"),
  datastore: name.optional().describe("by default the template's"),
  clonesAtOnce: z.int().min(1).default(4),
  addresses: z.boolean().default(true).describe("whether the bootstrap waits until VMware Tools of every VM tell its address"),
  bootstrap: z
    .array(commandSchema)
    .default([])
    .describe("run on this computer one after the other, each with BED_NAME and BED_HOSTS_FILE; each must do no harm when it runs again"),
  environment: z.record(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, "is no name of a variable"), z.string()).default({}),
  secrets: z
    .array(z.string().regex(/^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/, "use lower-case letters, digits and dashes"))
    .default([])
    .describe("secrets whose KUBERA_SECRET_<NAME>_USERNAME and _PASSWORD the commands get"),
});

export type BedSetup = z.infer<typeof setupSchema>;
