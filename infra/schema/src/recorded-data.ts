import { z } from "zod";
import { nodeDataSchema, podDataSchema } from "./fact-data.ts";

/**
 * kind `kubernetes.pod-change`: how a pod or one of its containers is after a change; `change` says it in words. `at` is when it was heard of.
 * Scope: as of `kubernetes.pod`.
 */
export const podChangeDataSchema = podDataSchema.extend({ change: z.string().optional() });

/** kind `kubernetes.node-change`: how a node is after a change; `bootID.before` when it was started anew. Scope: cluster, node. */
export const nodeChangeDataSchema = nodeDataSchema.extend({ change: z.string().optional(), "bootID.before": z.string().optional() });

/**
 * kind `kubernetes.log`: a line of a container's log that tells of trouble or was among its last, or a `mark` of what happened to it. `file`
 * names the whole log, relative to the run's folder. Scope: cluster, namespace, name of the pod.
 */
export const logDataSchema = z
  .object({ container: z.string(), line: z.string(), times: z.number(), omitted: z.number(), mark: z.string(), file: z.string() })
  .partial();

export type PodChangeData = z.infer<typeof podChangeDataSchema>;
export type LogData = z.infer<typeof logDataSchema>;
