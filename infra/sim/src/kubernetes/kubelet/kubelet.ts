import { diskWatchWallMs, heartbeatWallMs } from "../controllers/node-timing.ts";
import { findCondition } from "../controllers/conditions.ts";
import { isEnded } from "../controllers/pods.ts";
import type { EtcdStore } from "../etcd-store.ts";
import type { StoreEvent } from "../store.ts";
import type { Node, PersistentVolume, Pod } from "../workload-objects.ts";
import type { Memory } from "../../datacenter/memory.ts";
import type { ContainerLog } from "./container-log.ts";
import type { ContainerRecord, Inside } from "./container-record.ts";
import { DiskKeeper } from "./disk-keeper.ts";
import { NodeReporter } from "./node-reporter.ts";
import { NodeRuntime, type NodeOptions } from "./node-runtime.ts";
import { PodWorker } from "./pod-worker.ts";
import { statsSummary } from "./stats-summary.ts";

export interface ContainerPlace {
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
}

export interface LogQuery extends ContainerPlace {
  readonly previous?: boolean;
}

/** What runs on one powered-on machine: its node, its pods, their containers, images and volumes. */
export class Kubelet {
  readonly #runtime: NodeRuntime;
  readonly #reporter: NodeReporter;
  readonly #disk: DiskKeeper;
  readonly #workers = new Map<string, PodWorker>();
  readonly #heartbeat: NodeJS.Timeout;
  readonly #diskWatch: NodeJS.Timeout;
  #unwatch: () => void = () => {};

  constructor(options: NodeOptions, memory: Memory, store: EtcdStore) {
    this.#runtime = new NodeRuntime(options, memory, store);
    this.#reporter = new NodeReporter(this.#runtime);
    this.#disk = new DiskKeeper(this.#runtime, this.#reporter);
    this.#attach(store, true);
    this.#heartbeat = setInterval(() => this.#beat(), heartbeatWallMs(options.time));
    this.#diskWatch = setInterval(() => this.#disk.check(this.#alive()), diskWatchWallMs(options.time));
  }

  /** The API server is back. */
  attach(store: EtcdStore): void {
    this.#runtime.attach(store);
    this.#attach(store, false);
  }

  /** The cable is cut, or nobody runs it: containers go on, and nobody hears of them until the next `attach`. */
  sever(store: EtcdStore): void {
    this.#unwatch();
    this.#unwatch = () => {};
    this.#runtime.attach(store);
  }

  /** Power is gone. */
  stop(): void {
    clearInterval(this.#heartbeat);
    clearInterval(this.#diskWatch);
    this.#unwatch();
    for (const worker of this.#workers.values()) worker.drop();
    this.#workers.clear();
    this.#runtime.close();
  }

  /** Undefined when the container has no such log. */
  log(query: LogQuery): ContainerLog | undefined {
    const record = this.#record(query);
    return query.previous === true ? record?.previousLog : record?.log;
  }

  /** Undefined while the container does not run. */
  inside(place: ContainerPlace): Inside | undefined {
    return this.#record(place)?.inside;
  }

  statsSummary(): Record<string, unknown> {
    return statsSummary(
      this.#runtime,
      this.#alive().map((worker) => worker.pod),
    );
  }

  #record({ namespace, pod: name, container }: ContainerPlace): ContainerRecord | undefined {
    const worker = [...this.#workers.values()].find(({ pod }) => pod.metadata.namespace === namespace && pod.metadata.name === name);
    return [...(worker?.init ?? []), ...(worker?.main ?? [])].find(({ spec }) => spec.name === container);
  }

  #attach(store: EtcdStore, isFirst: boolean): void {
    this.#unwatch();
    this.#unwatch = store.watch((event) => this.#take(event));
    this.#reporter.register(isFirst);
    const known = new Map(
      this.#runtime.view
        .list("Pod")
        .filter((pod) => this.#isOwn(pod))
        .map((pod) => [pod.metadata.uid, pod]),
    );
    for (const [uid, worker] of this.#workers) {
      const pod = known.get(uid);
      if (pod === undefined) this.#drop(uid, worker);
      else worker.reattach(pod);
    }
    for (const pod of known.values()) this.#sync(pod);
  }

  #isOwn(pod: Pod): boolean {
    return pod.spec.nodeName === this.#runtime.name;
  }

  #take(event: StoreEvent): void {
    const { kind, group } = event.resource;
    if (group !== "") return;
    if (kind === "Pod" && this.#isOwn(event.object as Pod)) this.#takePod(event);
    if (kind === "Node" && event.object.metadata.name === this.#runtime.name) this.#takeNode(event);
    if (kind === "PersistentVolume" && event.type === "DELETED") this.#takeVolume(event.object as PersistentVolume);
  }

  #takePod(event: StoreEvent): void {
    const pod = event.object as Pod;
    const worker = this.#workers.get(pod.metadata.uid);
    if (event.type === "DELETED") {
      if (worker !== undefined) this.#drop(pod.metadata.uid, worker);
      return;
    }
    this.#sync(pod);
  }

  /** The control plane took this node for dead, or somebody deleted it. */
  #takeNode(event: StoreEvent): void {
    const node: Node = event.object;
    const ready = findCondition(node.status?.conditions, "Ready")?.status;
    if (event.type === "DELETED") this.#reporter.register(false);
    else if (ready === "Unknown") {
      this.#reporter.post();
      for (const worker of this.#workers.values()) worker.changed();
    }
  }

  #takeVolume(volume: PersistentVolume): void {
    if (JSON.stringify(volume.spec.nodeAffinity ?? {}).includes(`"${this.#runtime.name}"`)) {
      this.#runtime.disk.volumes.delete(volume.metadata.name);
    }
  }

  #sync(pod: Pod): void {
    const { uid, deletionTimestamp, deletionGracePeriodSeconds = 30 } = pod.metadata;
    const worker = this.#workers.get(uid) ?? this.#admit(pod);
    if (worker === undefined) return;
    worker.pod = pod;
    if (deletionTimestamp !== undefined) void worker.terminate(deletionGracePeriodSeconds);
  }

  #admit(pod: Pod): PodWorker | undefined {
    if (isEnded(pod)) return undefined;
    const worker = new PodWorker(this.#runtime, pod);
    this.#workers.set(pod.metadata.uid, worker);
    if (pod.metadata.deletionTimestamp !== undefined) return worker;
    const isCritical = pod.spec.priorityClassName?.startsWith("system-") === true;
    if (this.#disk.hasPressure && !isCritical) {
      worker.reject({ isRejection: true, reason: "Evicted", message: "Pod was rejected: The node had condition: [DiskPressure]. " });
    } else worker.start();
    return worker;
  }

  #drop(uid: string, worker: PodWorker): void {
    worker.destroy();
    this.#workers.delete(uid);
  }

  #alive(): readonly PodWorker[] {
    return [...this.#workers.values()].filter((worker) => !worker.isOver);
  }

  #beat(): void {
    for (const worker of this.#alive()) worker.probe();
    this.#reporter.post();
    this.#reporter.renewLease();
  }
}
