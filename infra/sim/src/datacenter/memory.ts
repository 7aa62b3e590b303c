import { randomUUID } from "node:crypto";

/** A container as its processes know it. */
export interface RunningContainer {
  readonly startedAt: string;
  readonly restarts: number;
}

/** What packets meet that leave a pod: each comes later, and so many of a hundred never come. */
export interface NetworkFault {
  readonly delayMs: number;
  readonly lossPercent: number;
}

/** What a power-off loses and a snapshot with memory brings back: the boot and its processes. */
export interface Memory {
  readonly bootId: string;
  readonly bootedAt: string;
  /** By `<pod uid>/<container name>`. Values are never changed in place. */
  readonly containers: Map<string, RunningContainer>;
  /** By pod uid. Values are never changed in place. */
  readonly networks: Map<string, NetworkFault>;
}

export const bootMemory = (nowMs: number): Memory => ({
  bootId: randomUUID(),
  bootedAt: new Date(nowMs).toISOString(),
  containers: new Map(),
  networks: new Map(),
});

export const copyMemory = (memory: Memory): Memory => ({
  ...memory,
  containers: new Map(memory.containers),
  networks: new Map(memory.networks),
});
