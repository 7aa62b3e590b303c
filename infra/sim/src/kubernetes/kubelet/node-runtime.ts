import { usedBytes, type Disk } from "../../datacenter/disk.ts";
import type { Machine } from "../../datacenter/machine.ts";
import type { Memory } from "../../datacenter/memory.ts";
import type { SimTime } from "../../datacenter/sim-time.ts";
import { ClusterView } from "../controllers/cluster-view.ts";
import { EventRecorder } from "../controllers/event-recorder.ts";
import type { EtcdStore } from "../etcd-store.ts";
import type { Program, Programs } from "../program.ts";
import { ImageStore } from "./image-store.ts";
import { parseImage } from "./image-reference.ts";
import { PodAddresses } from "./pod-addresses.ts";
import { RegistryClient } from "./registry-client.ts";

export interface NodeOptions {
  readonly cluster: string;
  readonly machine: Machine;
  readonly time: SimTime;
  readonly programs: Programs;
  /** CA that containerd on the node trusts. */
  readonly registryCaPem: string;
  /** Bytes a second of the node's network, simulated; default 200 MB. */
  readonly bytesPerSecond?: number;
  readonly log: (line: string) => void;
}

export interface DiskUse {
  readonly capacityBytes: number;
  readonly usedBytes: number;
  readonly availableBytes: number;
}

const BYTES_PER_SECOND = 200_000_000;

/** One boot of one machine, as everything on its node sees it: the disk and memory of this boot, and the cluster as last seen. */
export class NodeRuntime {
  readonly options: NodeOptions;
  readonly name: string;
  readonly machine: Machine;
  readonly disk: Disk;
  readonly memory: Memory;
  readonly time: SimTime;
  readonly addresses: PodAddresses;
  readonly images: ImageStore;
  readonly #client: RegistryClient;
  view: ClusterView;
  events: EventRecorder;

  constructor(options: NodeOptions, memory: Memory, store: EtcdStore) {
    this.options = options;
    this.name = options.machine.spec.node;
    this.machine = options.machine;
    this.disk = options.machine.disk;
    this.memory = memory;
    this.time = options.time;
    this.addresses = new PodAddresses(options.machine.spec);
    this.#client = new RegistryClient(options.registryCaPem);
    this.images = new ImageStore({
      disk: this.disk,
      client: this.#client,
      time: options.time,
      bytesPerSecond: options.bytesPerSecond ?? BYTES_PER_SECOND,
    });
    this.view = new ClusterView(store, options.time);
    this.events = this.#recorder();
  }

  /** The API server is back, perhaps on another etcd. A closed store goes on answering reads until then. */
  attach(store: EtcdStore): void {
    this.view = new ClusterView(store, this.time);
    this.events = this.#recorder();
  }

  close(): void {
    this.#client.close();
  }

  program(image: string): Program | undefined {
    return this.options.programs.get(parseImage(image)?.repository ?? "");
  }

  diskUse(): DiskUse {
    const used = Math.min(usedBytes(this.disk), this.disk.capacityBytes);
    return { capacityBytes: this.disk.capacityBytes, usedBytes: used, availableBytes: this.disk.capacityBytes - used };
  }

  #recorder(): EventRecorder {
    return new EventRecorder(this.view, { component: "kubelet", host: this.name });
  }
}
