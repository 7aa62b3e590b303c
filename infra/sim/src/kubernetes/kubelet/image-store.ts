import type { SimTime } from "../../datacenter/sim-time.ts";
import { usedBytes, type Disk, type StoredImage } from "../../datacenter/disk.ts";
import { noSpace } from "./pull-error.ts";
import type { Credentials, RegistryClient } from "./registry-client.ts";

/** A finished pull: how long it took by itself and with its time in the queue, in simulated milliseconds. */
export interface PullReport {
  readonly image: StoredImage;
  readonly pullMs: number;
  readonly waitedMs: number;
}

export interface PullRequest {
  readonly reference: string;
  readonly credentials: Credentials | undefined;
  readonly signal: AbortSignal;
}

export interface ImageStoreOptions {
  readonly disk: Disk;
  readonly client: RegistryClient;
  readonly time: SimTime;
  readonly bytesPerSecond: number;
}

/** Nodes cannot reach the registry of Kubernetes itself: what the VM template brought from there stays. */
const PINNED = "registry.k8s.io/";

/** Images on one node's disk. Pulls are serial, as kubelet does them by default. */
export class ImageStore {
  readonly #options: ImageStoreOptions;
  #queue: Promise<unknown> = Promise.resolve();

  constructor(options: ImageStoreOptions) {
    this.#options = options;
  }

  find(reference: string): StoredImage | undefined {
    return this.#options.disk.images.get(reference);
  }

  /** Rejects with `PullError`. */
  pull(request: PullRequest): Promise<PullReport> {
    const askedAtMs = performance.now();
    const turn = this.#queue.then(() => this.#pullNow(request, askedAtMs));
    this.#queue = turn.catch(() => {});
    return turn;
  }

  /** Deletes images that no container uses and that are not pinned as part of the system; answers the bytes that came free. */
  removeUnused(inUse: ReadonlySet<string>): number {
    let freed = 0;
    for (const [reference, image] of this.#options.disk.images) {
      if (inUse.has(reference) || reference.startsWith(PINNED)) continue;
      this.#options.disk.images.delete(reference);
      freed += image.sizeBytes;
    }
    return freed;
  }

  async #pullNow({ reference, credentials, signal }: PullRequest, askedAtMs: number): Promise<PullReport> {
    const { client, time, bytesPerSecond, disk } = this.#options;
    const begunAtMs = performance.now();
    const pulled = await client.pull(reference, credentials, signal);
    const isHere = disk.images.get(reference)?.digest === pulled.digest;
    const rate = Math.min(bytesPerSecond, pulled.throttleBytesPerSecond ?? Infinity);
    const roomBytes = Math.max(disk.capacityBytes - usedBytes(disk), 0);
    if (!isHere) await time.delay((Math.min(pulled.sizeBytes, roomBytes) / rate) * 1000, signal);
    signal.throwIfAborted();
    if (!isHere && usedBytes(disk) + pulled.sizeBytes > disk.capacityBytes) throw noSpace(reference, pulled.digest);
    const image = { digest: pulled.digest, sizeBytes: pulled.sizeBytes };
    disk.images.set(reference, image);
    const now = performance.now();
    return { image, pullMs: (now - begunAtMs) * time.speed, waitedMs: (now - askedAtMs) * time.speed };
  }
}
