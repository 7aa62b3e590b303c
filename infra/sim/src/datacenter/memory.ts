import { randomUUID } from "node:crypto";

/** A container as its processes know it. */
export interface RunningContainer {
  readonly startedAt: string;
  readonly restarts: number;
}

/** What a power-off loses and a snapshot with memory brings back: the boot and its processes. */
export interface Memory {
  readonly bootId: string;
  readonly bootedAt: string;
  /** By `<pod uid>/<container name>`. Values are never changed in place. */
  readonly containers: Map<string, RunningContainer>;
}

export const bootMemory = (nowMs: number): Memory => ({
  bootId: randomUUID(),
  bootedAt: new Date(nowMs).toISOString(),
  containers: new Map(),
});

export const copyMemory = (memory: Memory): Memory => ({ ...memory, containers: new Map(memory.containers) });
