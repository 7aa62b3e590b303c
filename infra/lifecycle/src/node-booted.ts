import { notYet, reached, type Observation } from "@kubera-e2e/schema/wait-until";
import type { NodeLook } from "./node-look.ts";

export interface BootBefore {
  /** bootID stored with the set: what etcd shows before the node has reported. */
  readonly ofSet: string | undefined;
  /** bootID seen before the power-off. */
  readonly beforeRestore: string | undefined;
  readonly poweredOnAtMs: number;
  readonly skewMs: number;
}

const readyOf = (node: NodeLook) => node.status?.conditions?.find((condition) => condition.type === "Ready");

/** Without the set's own bootID, etcd's old truth is told from the new one by when the kubelet last spoke. */
const hasReported = (node: NodeLook, before: BootBefore): boolean => {
  const heartbeat = readyOf(node)?.lastHeartbeatTime;
  // Heartbeats are whole seconds.
  return heartbeat !== undefined && Date.parse(heartbeat) + 1000 + before.skewMs >= before.poweredOnAtMs;
};

/** Why the bootID that is told belongs to another boot; undefined when it is of this one. */
const staleness = (node: NodeLook, bootId: string, before: BootBefore): string | undefined => {
  if (bootId === before.ofSet) return `its bootID ${bootId} is still that of the snapshot`;
  if (bootId === before.beforeRestore) return `its bootID ${bootId} is still that of before the restore`;
  return before.ofSet === undefined && !hasReported(node, before) ? "its kubelet has not reported since the power-on" : undefined;
};

/** Whether a node is Ready in a boot that began after the restore; its bootID when it is. */
export const nodeBooted = (node: NodeLook | undefined, before: BootBefore): Observation<string> => {
  if (node === undefined) return notYet("the API has no such node");
  const bootId = node.status?.nodeInfo?.bootID;
  if (bootId === undefined) return notYet("it has told no bootID");
  const stale = staleness(node, bootId, before);
  if (stale !== undefined) return notYet(stale);
  const { status = "unknown", reason = "no reason", message = "no message" } = readyOf(node) ?? {};
  return status === "True" ? reached(bootId) : notYet(`Ready is ${status}: ${reason}: ${message}`);
};
