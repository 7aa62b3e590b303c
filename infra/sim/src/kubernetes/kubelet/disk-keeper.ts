import type { NodeReporter } from "./node-reporter.ts";
import type { NodeRuntime } from "./node-runtime.ts";
import type { PodWorker } from "./pod-worker.ts";

const THRESHOLD = 0.1;
const TRANSITION_MS = 300_000;
const KIB = 1024;

const kib = (bytes: number): string => `${Math.floor(bytes / KIB)}Ki`;

/** Pods that a node never gives up for its disk. */
const isCritical = (worker: PodWorker): boolean => worker.pod.spec.priorityClassName?.startsWith("system-") === true;

/** Kubelet's eviction manager for the node's disk: reclaims images, tells pressure, and gives up one pod at a time. */
export class DiskKeeper {
  readonly #runtime: NodeRuntime;
  readonly #reporter: NodeReporter;
  #lastMetAtMs: number | undefined;

  constructor(runtime: NodeRuntime, reporter: NodeReporter) {
    this.#runtime = runtime;
    this.#reporter = reporter;
  }

  get hasPressure(): boolean {
    return this.#reporter.pressure.disk;
  }

  /** One look at the disk; `workers` are the pods that could be given up. Pressure is told before anything is given up for it. */
  check(workers: readonly PodWorker[]): void {
    const now = performance.now();
    const isMet = this.#isMet();
    if (isMet) this.#lastMetAtMs = now;
    const quietMs = this.#lastMetAtMs === undefined ? Infinity : (now - this.#lastMetAtMs) * this.#runtime.time.speed;
    const isNew = this.#turn(quietMs < TRANSITION_MS) && isMet;
    if (isNew) this.#announce();
    if (isMet) this.#reclaim(workers, isNew);
  }

  /** Whether the pressure has changed. */
  #turn(disk: boolean): boolean {
    if (disk === this.hasPressure) return false;
    this.#reporter.pressure = { disk };
    this.#reporter.post();
    return true;
  }

  #isMet(): boolean {
    const { availableBytes, capacityBytes } = this.#runtime.diskUse();
    return availableBytes < capacityBytes * THRESHOLD;
  }

  #reclaim(workers: readonly PodWorker[], isNew: boolean): void {
    this.#collectImages(workers, isNew);
    if (!this.#isMet()) return;
    const victim = workers.find((worker) => !isCritical(worker));
    if (victim === undefined) return;
    const { capacityBytes, availableBytes } = this.#runtime.diskUse();
    const threshold = `Threshold quantity: ${Math.floor(capacityBytes * THRESHOLD)}, available: ${kib(availableBytes)}.`;
    victim.evict({ reason: "Evicted", message: `The node was low on resource: ephemeral-storage. ${threshold} ` });
  }

  #announce(): void {
    this.#reporter.event({ type: "Warning", reason: "EvictionThresholdMet", message: "Attempting to reclaim ephemeral-storage" });
  }

  #collectImages(workers: readonly PodWorker[], isNew: boolean): void {
    const { availableBytes, capacityBytes } = this.#runtime.diskUse();
    const inUse = new Set(workers.flatMap((worker) => worker.images));
    const wanted = Math.ceil(capacityBytes * THRESHOLD) - availableBytes;
    const freed = this.#runtime.images.removeUnused(inUse);
    if (freed >= wanted || !isNew) return;
    const message =
      `Failed to garbage collect required amount of images. Attempted to free ${wanted} bytes, ` +
      `but only found ${freed} bytes eligible to free.`;
    this.#reporter.event({ type: "Warning", reason: "FreeDiskSpaceFailed", message });
  }
}
