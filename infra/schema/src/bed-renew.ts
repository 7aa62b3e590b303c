import { z } from "zod";
import { durationSchema } from "./duration.ts";

const stepSchema = z.strictObject({
  name: z.string().min(1).describe("what it does, for whoever reads the plan"),
  each: z
    .enum(["bed", "cluster", "node", "control", "worker"])
    .default("cluster")
    .describe("once, or for each cluster, node, control-plane node or worker node"),
  argv: z
    .array(z.string().min(1))
    .min(1)
    .describe("a local command, started without a shell; {node}, {vm}, {cluster}, {kubeconfig} stand for what it is about"),
  timeout: durationSchema.default(300_000),
  retryUntil: durationSchema.default(0).describe("how long it is tried again when it fails: a VM that boots refuses ssh at first"),
});

/** How the certificates inside a set are renewed: commands that run here while its VMs are up. */
export const renewSchema = z.strictObject({ steps: z.array(stepSchema).min(1) });

export type RenewStep = z.infer<typeof stepSchema>;
