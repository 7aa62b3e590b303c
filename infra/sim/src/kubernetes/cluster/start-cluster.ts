import type { Authority } from "../../certificates/authority.ts";
import type { Machine } from "../../datacenter/machine.ts";
import type { SimTime } from "../../datacenter/sim-time.ts";
import type { KubeletPort } from "../api/call.ts";
import { startKubernetesApi, type KubernetesApi } from "../api/kubernetes-api.ts";
import { ClusterView } from "../controllers/cluster-view.ts";
import { startControllers } from "../controllers/controllers.ts";
import type { EtcdStore } from "../etcd-store.ts";
import type { Programs } from "../program.ts";
import { ClusterNodes } from "./cluster-nodes.ts";
import { containerLogs } from "./container-logs.ts";
import { runInContainer } from "./container-commands.ts";
import { seedBareCluster } from "./seed-bare-cluster.ts";

export interface ClusterOptions {
  readonly name: string;
  /** One of them is its control plane. */
  readonly machines: readonly Machine[];
  readonly authority: Authority;
  readonly time: SimTime;
  readonly programs: Programs;
  /** CA that the nodes trust when they pull; default: that of the authority. */
  readonly registryCaPem?: string;
  /** Powers all machines on at once, without the time of a boot. */
  readonly instantBoot?: boolean;
  /** Simulated milliseconds from power-on to API server and kubelet; default 25 000. */
  readonly bootMs?: number;
  /** Simulated bytes a second of each node's network; default 200 MB. */
  readonly bytesPerSecond?: number;
  readonly log?: (line: string) => void;
}

export interface RunningCluster {
  readonly name: string;
  readonly api: KubernetesApi;
  /** Undefined while the control plane is off or boots. */
  readonly store: EtcdStore | undefined;
  /** What its kubelets say of a container. */
  readonly logs: KubeletPort["logs"];
  /** Cuts the network of a node, or mends it, while it runs on. */
  setCable(node: string, to: "up" | "down"): void;
  close(): Promise<void>;
}

const BOOT_MS = 25_000;

class Cluster {
  readonly nodes: ClusterNodes;
  store: EtcdStore | undefined;
  readonly #options: ClusterOptions;
  #controllers: { stop(): void } | undefined;

  constructor(options: ClusterOptions) {
    this.#options = options;
    const log = options.log ?? (() => {});
    this.nodes = new ClusterNodes({
      cluster: options.name,
      machines: options.machines,
      time: options.time,
      programs: options.programs,
      registryCaPem: options.registryCaPem ?? options.authority.certPem,
      bootMs: options.bootMs ?? BOOT_MS,
      ...(options.bytesPerSecond === undefined ? {} : { bytesPerSecond: options.bytesPerSecond }),
      log,
    });
  }

  /** What the API asks the nodes for. */
  get port(): KubeletPort {
    return {
      logs: (pod, container, options) => {
        const node = String(pod.spec?.["nodeName"] ?? "");
        return containerLogs(this.nodes.kubelet(node), { pod, container }, options);
      },
      exec: (pod, container, command) => {
        const node = String(pod.spec?.["nodeName"] ?? "");
        return runInContainer(this.nodes.kubelet(node), { pod, container, log: this.#options.log ?? (() => {}) }, command);
      },
      statsSummary: (node) => this.nodes.kubelet(node)?.statsSummary(),
    };
  }

  serve(store: EtcdStore | undefined): void {
    this.#controllers?.stop();
    this.#controllers = undefined;
    this.store = store;
    if (store !== undefined) {
      const { time, machines, log = () => {} } = this.#options;
      seedBareCluster(new ClusterView(store, time), machines);
      this.#controllers = startControllers({ store, time, log });
    }
    this.nodes.serve(store);
  }

  close(): void {
    this.#controllers?.stop();
    this.nodes.close();
  }
}

/**
 * Runs one cluster on its machines: the API server and the controllers while the control plane has booted, a kubelet on each machine that
 * has. All follow power and reverts of the machines. An empty etcd gets what a bare cluster holds.
 */
export const startCluster = async (options: ClusterOptions): Promise<RunningCluster> => {
  const control = options.machines.find((machine) => machine.spec.plane === "control");
  if (control === undefined) throw new Error(`cluster ${options.name} has no machine for its control plane`);
  if (options.instantBoot === true) for (const machine of options.machines) machine.powerOn();
  const cluster = new Cluster(options);
  const api = await startKubernetesApi({
    cluster: options.name,
    controlPlane: control,
    authority: options.authority,
    time: options.time,
    kubelets: cluster.port,
    bootMs: options.bootMs ?? BOOT_MS,
    ...(options.log === undefined ? {} : { log: options.log }),
  });
  // The API serves nothing but stores that `createStore` made.
  api.onStore((store) => cluster.serve(store as EtcdStore | undefined));
  return {
    name: options.name,
    api,
    get store() {
      return cluster.store;
    },
    logs: (pod, container, options) => cluster.port.logs(pod, container, options),
    setCable: (node, to) => cluster.nodes.setCable(node, to),
    close: async () => {
      cluster.close();
      await api.close();
    },
  };
};
