import { z } from "zod";

/**
 * The fields that diagnosis reads in `Fact.data`, by kind of fact. Writers may add more; a field that the source did not give is absent.
 * The place of a fact (cluster, node, namespace, kind, name, image, urlHost) stands in its scope, not here.
 */

/** kind `kubernetes.event`; `at` of the fact is the last time the event was seen. Scope: the involved object. */
export const eventDataSchema = z
  .object({
    type: z.string(),
    reason: z.string(),
    message: z.string(),
    count: z.number(),
    firstTimestamp: z.string(),
    "source.component": z.string(),
    "source.host": z.string(),
  })
  .partial();

/** kind `kubernetes.node`: conditions of `node.status`, and the kubelet's `/stats/summary` where it answered. Scope: cluster, node. */
export const nodeDataSchema = z
  .object({
    "Ready.status": z.string(),
    "Ready.reason": z.string(),
    "Ready.message": z.string(),
    "Ready.lastTransitionTime": z.string(),
    "DiskPressure.status": z.string(),
    "DiskPressure.reason": z.string(),
    "DiskPressure.lastTransitionTime": z.string(),
    "MemoryPressure.status": z.string(),
    "PIDPressure.status": z.string(),
    "nodeInfo.bootID": z.string(),
    unschedulable: z.boolean(),
    taints: z.string(),
    "fs.availableBytes": z.number(),
    "fs.capacityBytes": z.number(),
    "runtime.imageFs.availableBytes": z.number(),
    "runtime.imageFs.capacityBytes": z.number(),
  })
  .partial();

/**
 * kind `kubernetes.pod`: one fact per container that tells something, or one for the pod. `ready` is the condition Ready.
 * Scope: cluster, namespace, name, and node once it is scheduled.
 */
export const podDataSchema = z
  .object({
    phase: z.string(),
    reason: z.string(),
    message: z.string(),
    ready: z.boolean(),
    "PodScheduled.reason": z.string(),
    "PodScheduled.message": z.string(),
    container: z.string(),
    image: z.string(),
    restartCount: z.number(),
    "running.startedAt": z.string(),
    "waiting.reason": z.string(),
    "waiting.message": z.string(),
    "terminated.reason": z.string(),
    "terminated.exitCode": z.number(),
    "terminated.finishedAt": z.string(),
    "lastState.terminated.reason": z.string(),
    "lastState.terminated.exitCode": z.number(),
    "lastState.terminated.finishedAt": z.string(),
  })
  .partial();

/** kind `http.exchange`: one call of a client. Scope: urlHost. `error` is the code of the error when no answer came. */
export const exchangeDataSchema = z
  .object({ method: z.string(), url: z.string(), status: z.number(), error: z.string(), durationMs: z.number() })
  .partial();

/** kind `machine`: what the hypervisor says of a VM. Scope: vm, esxHost, and node where it is known. */
export const machineDataSchema = z.object({ powerState: z.string(), bootTime: z.string(), snapshot: z.string() }).partial();

/** kind `restore.step`: one step of a restore. Scope: vm, esxHost, or cluster and node. */
export const restoreStepDataSchema = z
  .object({ phase: z.string(), subject: z.string(), outcome: z.string(), because: z.string(), ms: z.number() })
  .partial();

export type EventData = z.infer<typeof eventDataSchema>;
export type NodeData = z.infer<typeof nodeDataSchema>;
export type PodData = z.infer<typeof podDataSchema>;
export type ExchangeData = z.infer<typeof exchangeDataSchema>;
export type MachineData = z.infer<typeof machineDataSchema>;
export type RestoreStepData = z.infer<typeof restoreStepDataSchema>;
