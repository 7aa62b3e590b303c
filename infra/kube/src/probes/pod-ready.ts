import { never, notYet, reached, type Observation } from "@kubera-e2e/schema/wait-until";
import { conditionOf, KINDS, type ContainerStatus, type Pod } from "../kinds.ts";
import { nameOf, type KubeProbe, type KubeView } from "../view.ts";
import { deadNode, NODES } from "./node-trouble.ts";
import { terminalReason, type TerminalOptions } from "./terminal-reason.ts";

const stateOf = (status: ContainerStatus): string => {
  const { waiting, terminated, running } = status.state ?? {};
  if (waiting !== undefined) return `${waiting.reason ?? "waiting"}${waiting.message === undefined ? "" : ` (${waiting.message})`}`;
  if (terminated !== undefined) return `${terminated.reason ?? "terminated"}, exit code ${terminated.exitCode}`;
  return running === undefined ? "not started" : "running, not ready";
};

const containerTrouble = ({ status }: Pod): string | undefined => {
  const waiting = (status?.initContainerStatuses ?? []).find((container) => container.state?.terminated?.exitCode !== 0);
  if (waiting !== undefined) return `init container ${waiting.name} is ${stateOf(waiting)}`;
  const unready = (status?.containerStatuses ?? []).find((container) => !container.ready);
  return unready === undefined ? undefined : `container ${unready.name} is ${stateOf(unready)}`;
};

/** What keeps a pod from being ready, in one line. */
export const podTrouble = (pod: Pod): string => {
  if (pod.metadata.deletionTimestamp !== undefined) return "it is being deleted";
  const scheduled = conditionOf(pod, "PodScheduled");
  if (scheduled?.status === "False") return `${scheduled.reason ?? "not scheduled"}: ${scheduled.message ?? "no node takes it"}`;
  const { phase, reason, message } = pod.status ?? {};
  if (phase === "Failed") return `it failed: ${[reason, message].filter(Boolean).join(": ") || "without a reason"}`;
  return containerTrouble(pod) ?? `its phase is ${phase ?? "not told yet"}`;
};

const isReady = (pod: Pod): boolean => conditionOf(pod, "Ready")?.status === "True" && pod.metadata.deletionTimestamp === undefined;

const isOver = ({ status }: Pod): boolean => status?.phase === "Failed";

/** A pod that goes may be made anew by whoever deleted it; one that failed is replaced by its owner, and without an owner it is lost. */
const isReplaced = (pod: Pod): boolean =>
  pod.metadata.deletionTimestamp !== undefined || (isOver(pod) && (pod.metadata.ownerReferences ?? []).length > 0);

/** Why a pod that says it is ready is not: whoever would correct it is away. Undefined for every other pod. */
export const staleReadiness = (view: KubeView, pod: Pod): string | undefined => {
  const dead = isReady(pod) ? deadNode(view, pod.spec?.nodeName) : undefined;
  return dead === undefined ? undefined : `pod ${pod.metadata.name}: it says that it is ready, but ${dead}`;
};

/** Whether one pod is ready; terminal when it never will be. */
export const observePod = (view: KubeView, pod: Pod, options?: TerminalOptions): Observation<Pod> => {
  const stale = staleReadiness(view, pod);
  if (stale !== undefined) return notYet(stale);
  if (isReady(pod)) return reached(pod);
  const hopeless = terminalReason(view, pod, options);
  if (isReplaced(pod)) return notYet(`pod ${pod.metadata.name}: ${podTrouble(pod)}`);
  if (hopeless !== undefined) return never(`pod ${pod.metadata.name}: ${hopeless}`);
  return (isOver(pod) ? never : notYet)(`pod ${pod.metadata.name}: ${podTrouble(pod)}`);
};

/** Pod `namespace/name` is Ready, on a node that is. */
export const podReady = (ref: { readonly namespace: string; readonly name: string }, options?: TerminalOptions): KubeProbe<Pod> => ({
  what: `Pod ${nameOf(ref)} is ready`,
  kinds: [{ ...KINDS.pod, namespace: ref.namespace }, NODES],
  about: { ...KINDS.pod, ...ref },
  probe: (view) => {
    const pod = view.get<Pod>({ ...KINDS.pod, ...ref });
    return pod === undefined ? notYet("there is no such pod") : observePod(view, pod, options);
  },
});
