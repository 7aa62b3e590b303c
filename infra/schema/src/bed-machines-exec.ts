import { z } from "zod";
import { durationSchema } from "./duration.ts";

const argv = z.array(z.string().min(1)).min(1);

/** What may be declared as not possible, by the steps of the port `machines`. */
export const limitationSchema = z.strictObject({
  step: z.enum(["powerOff", "powerOn", "snapshotWithoutMemory", "revertPower"]),
  because: z.string().min(1),
});

/** A hypervisor that is driven by five programs of the site's own: JSON on stdin, JSON on stdout. */
export const execMachinesSchema = z.strictObject({
  driver: z.literal("exec"),
  scripts: z
    .strictObject({ inspect: argv, power: argv, snapshot: argv, revert: argv, remove: argv })
    .describe("program and arguments of each verb, without a shell; parts that begin with ./ or ../ start at the bed's file"),
  environment: z
    .record(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, "is no name of a variable"), z.string())
    .default({})
    .describe("variables that the scripts get besides PATH, HOME, USER, LANG, TMPDIR and SSH_AUTH_SOCK"),
  secrets: z
    .array(z.string().regex(/^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/, "use lower-case letters, digits and dashes"))
    .default([])
    .describe("secrets whose KUBERA_SECRET_<NAME>_USERNAME and _PASSWORD the scripts get"),
  timeLimit: durationSchema.default(120_000).describe("longest that one script may take; it is then ended with all it started"),
  limitations: z.array(limitationSchema).default([]).describe("what these scripts cannot do; a restore prints or refuses it"),
});

export type ExecMachines = z.infer<typeof execMachinesSchema>;
