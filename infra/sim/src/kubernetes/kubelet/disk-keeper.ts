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

  /** One look at the disk; `workers` are the pods that could be given up. */
  check(workers: readonly PodWorker[]): void {
    const now = performance.now();
    if (this.#isMet()) {
      this.#lastMetAtMs = now;
      this.#reclaim(workers);
    }
    const quietMs = this.#lastMetAtMs === undefined ? Infinity : (now - this.#lastMetAtMs) * this.#runtime.time.speed;
    const hasPressure = quietMs < TRANSITION_MS;
    if (hasPressure === this.hasPressure) return;
    this.#reporter.pressure = { disk: hasPressure };
    this.#reporter.post();
  }

  #isMet(): boolean {
    const { availableBytes, capacityBytes } = this.#runtime.diskUse();
    return availableBytes < capacityBytes * THRESHOLD;
  }

  #reclaim(workers: readonly PodWorker[]): void {
    if (!this.hasPressure) this.#announce();
    this.#collectImages(workers);
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

  #collectImages(workers: readonly PodWorker[]): void {
    const { availableBytes, capacityBytes } = this.#runtime.diskUse();
    const inUse = new Set(workers.flatMap((worker) => worker.images));
    const wanted = Math.ceil(capacityBytes * THRESHOLD) - availableBytes;
    const freed = this.#runtime.images.removeUnused(inUse);
    if (freed >= wanted || this.hasPressure) return;
    const message =
      `Failed to garbage collect required amount of images. Attempted to free ${wanted} bytes, ` +
      `but only found ${freed} bytes eligible to free.`;
    this.#reporter.event({ type: "Warning", reason: "FreeDiskSpaceFailed", message });
  }
}
