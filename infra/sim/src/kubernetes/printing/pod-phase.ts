import type { KubeObject } from "../kube-object.ts";
import { at, count, list, text } from "./fields.ts";

const stateReason = (status: unknown): string | undefined => {
  const waiting = at(status, "state.waiting.reason");
  const ended = at(status, "state.terminated");
  if (typeof waiting === "string" && waiting !== "") return waiting;
  if (ended === undefined) return undefined;
  const signal = count(at(ended, "signal"));
  return text(at(ended, "reason"), signal === 0 ? `ExitCode:${count(at(ended, "exitCode"))}` : `Signal:${signal}`);
};

const initReason = (pod: KubeObject): string | undefined => {
  const statuses = list(at(pod, "status.initContainerStatuses"));
  const index = statuses.findIndex((status) => at(status, "state.terminated.exitCode") !== 0);
  const status = statuses[index];
  if (status === undefined) return undefined;
  const reason = stateReason(status);
  if (reason !== undefined && reason !== "PodInitializing") return `Init:${reason}`;
  return `Init:${index}/${list(at(pod, "spec.initContainers")).length}`;
};

/** What `kubectl get pods` shows under STATUS. */
export const podReason = (pod: KubeObject): string => {
  const phase = text(at(pod, "status.reason"), text(at(pod, "status.phase"), "Unknown"));
  const deleted = pod.metadata.deletionTimestamp !== undefined;
  if (deleted) return at(pod, "status.reason") === "NodeLost" ? "Unknown" : "Terminating";
  const waitsForInit = initReason(pod);
  if (waitsForInit !== undefined) return waitsForInit;
  const reasons = list(at(pod, "status.containerStatuses")).map(stateReason);
  return reasons.find((reason) => reason !== undefined) ?? phase;
};

export const readyContainers = (pod: KubeObject): string => {
  const ready = list(at(pod, "status.containerStatuses")).filter((status) => status["ready"] === true).length;
  return `${ready}/${list(at(pod, "spec.containers")).length}`;
};

export const restarts = (pod: KubeObject): string =>
  String(list(at(pod, "status.containerStatuses")).reduce((sum, status) => sum + count(status["restartCount"]), 0));
