import type { Probe } from "../workload-objects.ts";
import type { PodHandle } from "./container-loop.ts";
import type { ContainerRecord } from "./container-record.ts";

const PERIOD_MS = 10_000;
const SHORTEST_PAUSE_WALL_MS = 25;

const told = (probe: Probe, podIp: string): string => {
  if (probe.exec !== undefined) return "Readiness probe failed: ";
  const port = probe.httpGet?.port ?? probe.tcpSocket?.port ?? 80;
  const refused = `dial tcp ${podIp}:${port}: connect: connection refused`;
  if (probe.httpGet === undefined) return `Readiness probe failed: ${refused}`;
  return `Readiness probe failed: Get "http://${podIp}:${port}${probe.httpGet.path ?? "/"}": ${refused}`;
};

export interface ReadinessParts {
  readonly record: ContainerRecord;
  readonly ready: () => boolean;
  readonly signal: AbortSignal;
}

/** Without a probe a container is ready as soon as it runs; with one, once its program says so. Later looks are kubelet's tick. */
export const watchReadiness = (handle: PodHandle, { record, ready, signal }: ReadinessParts): void => {
  const probe = record.spec.readinessProbe;
  if (probe === undefined || record.isInit) {
    record.isReady = !record.isInit;
    handle.changed();
    return;
  }
  record.probe = ready;
  void awaitReady(handle, { record, ready, signal });
};

const awaitReady = async (handle: PodHandle, { record, ready, signal }: ReadinessParts): Promise<void> => {
  const { time } = handle.runtime;
  const probe = record.spec.readinessProbe ?? {};
  const periodMs = Math.max((probe.periodSeconds ?? 0) * 1000 || PERIOD_MS, SHORTEST_PAUSE_WALL_MS * time.speed);
  await time.delay((probe.initialDelaySeconds ?? 0) * 1000, signal);
  // The first look comes at once, as kubelet's does; only then the period counts.
  while (!signal.aborted && !record.hasBeenReady) {
    judgeReadiness(handle, record, ready());
    await time.delay(periodMs, signal);
  }
};

/** Takes the outcome of one probe over into the record. */
export const judgeReadiness = (handle: PodHandle, record: ContainerRecord, isReady: boolean): void => {
  if (!isReady) {
    const message = told(record.spec.readinessProbe ?? {}, handle.pod.status?.podIP ?? "");
    handle.event(record, { type: "Warning", reason: "Unhealthy", message });
  }
  if (record.isReady === isReady) return;
  record.isReady = isReady;
  record.hasBeenReady ||= isReady;
  handle.changed();
};
