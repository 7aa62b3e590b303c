import type { Condition, Pod, PodStatus } from "../workload-objects.ts";
import { findCondition, withCondition } from "../controllers/conditions.ts";
import type { ContainerRecord } from "./container-record.ts";

/** Why a pod has ended as a whole, whatever its containers say. */
export interface PodVerdict {
  /** The pod was refused before any container of it was thought of. */
  readonly isRejection?: boolean;
  readonly reason: string;
  readonly message: string;
}

export interface PodFacts {
  readonly pod: Pod;
  readonly init: readonly ContainerRecord[];
  readonly main: readonly ContainerRecord[];
  readonly verdict: PodVerdict | undefined;
  readonly hostIP: string;
  readonly podIP: string | undefined;
  readonly startTime: string;
  readonly now: string;
}

const exitCode = (record: ContainerRecord): number | undefined => record.state.terminated?.exitCode;

const isInitialized = (facts: PodFacts): boolean => facts.init.every((record) => exitCode(record) === 0);

const wasStarted = (record: ContainerRecord): boolean => record.state.waiting === undefined || record.lastState.terminated !== undefined;

const phaseOf = (facts: PodFacts): PodStatus["phase"] & {} => {
  const { init, main, verdict } = facts;
  if (verdict !== undefined) return "Failed";
  if (init.some((record) => record.isFinal && exitCode(record) !== 0)) return "Failed";
  if (!isInitialized(facts)) return "Pending";
  if (main.every((record) => record.isFinal)) return main.every((record) => exitCode(record) === 0) ? "Succeeded" : "Failed";
  return main.every(wasStarted) ? "Running" : "Pending";
};

const names = (records: readonly ContainerRecord[]): string => `[${records.map((record) => record.spec.name).join(" ")}]`;

const readiness = (facts: PodFacts, phase: string): Pick<Condition, "status" | "reason" | "message"> => {
  if (phase === "Succeeded") return { status: "False", reason: "PodCompleted" };
  if (phase === "Failed") return { status: "False", reason: "PodFailed" };
  const unready = facts.main.filter((record) => !record.isReady);
  if (unready.length === 0) return { status: "True" };
  return { status: "False", reason: "ContainersNotReady", message: `containers with unready status: ${names(unready)}` };
};

const conditionsOf = (facts: PodFacts, phase: string): readonly Condition[] => {
  const waiting = facts.init.filter((record) => exitCode(record) !== 0);
  const ready = readiness(facts, phase);
  const initialized: Condition = isInitialized(facts)
    ? { type: "Initialized", status: "True", ...(phase === "Succeeded" ? { reason: "PodCompleted" } : {}) }
    : {
        type: "Initialized",
        status: "False",
        reason: "ContainersNotInitialized",
        message: `containers with incomplete status: ${names(waiting)}`,
      };
  const hasSandbox = facts.podIP !== undefined && phase !== "Failed" && phase !== "Succeeded";
  const wanted: readonly Condition[] = [
    { type: "PodReadyToStartContainers", status: hasSandbox ? "True" : "False" },
    initialized,
    { type: "Ready", ...ready },
    { type: "ContainersReady", ...ready },
    findCondition(facts.pod.status?.conditions, "PodScheduled") ?? { type: "PodScheduled", status: "True" },
  ];
  const before = facts.pod.status?.conditions;
  return wanted.map((condition) => findCondition(withCondition(before, condition, facts.now), condition.type) ?? condition);
};

/** The status of a pod as kubelet reports it. */
export const podStatusOf = (facts: PodFacts): PodStatus => {
  const phase = phaseOf(facts);
  const { verdict, podIP } = facts;
  if (verdict?.isRejection === true) {
    const { reason, message } = verdict;
    return { phase, reason, message, startTime: facts.startTime, qosClass: facts.pod.status?.qosClass ?? "BestEffort" };
  }
  return {
    phase,
    ...(verdict === undefined ? {} : { reason: verdict.reason, message: verdict.message }),
    conditions: conditionsOf(facts, phase),
    hostIP: facts.hostIP,
    hostIPs: [{ ip: facts.hostIP }],
    ...(podIP === undefined ? {} : { podIP, podIPs: [{ ip: podIP }] }),
    startTime: facts.startTime,
    ...(facts.init.length === 0 ? {} : { initContainerStatuses: facts.init.map((record) => record.status()) }),
    containerStatuses: facts.main.map((record) => record.status()),
    qosClass: facts.pod.status?.qosClass ?? "BestEffort",
  };
};
