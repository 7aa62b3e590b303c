import { Machine, type DataDisk } from "../../src/datacenter/machine.ts";
import type { SimTime } from "../../src/datacenter/sim-time.ts";
import { listAt, textAt } from "../../src/director/json.ts";
import { startControllers } from "../../src/kubernetes/controllers/controllers.ts";
import { createStore, type EtcdStore } from "../../src/kubernetes/etcd-store.ts";
import type { Json, KubeObject } from "../../src/kubernetes/kube-object.ts";
import type { Program, ProgramContext, ProgramEnd, Programs } from "../../src/kubernetes/program.ts";

const LOOK_WALL_MS = 10;
const idle: Program = { start: () => ({ ready: () => true }) };

const isOver = (pod: KubeObject): boolean => ["Succeeded", "Failed"].includes(textAt(pod.status, "phase") ?? "");

interface Running {
  readonly abort: AbortController;
  readonly ready: () => boolean;
}

/** One cluster with the real store and controllers; its nodes share one machine, and containers start without a pull. */
export class SmallCluster {
  readonly machine: Machine;
  store: EtcdStore;
  readonly logs: string[] = [];
  readonly #programs: Programs;
  readonly #time: SimTime;
  readonly #pods = new Map<string, Running>();
  #controllers: { stop(): void };
  readonly #timer: NodeJS.Timeout;
  /** While true, containers of new pods are not started. */
  paused = false;

  constructor(
    shape: { readonly name: string; readonly nodes: readonly string[]; readonly disks?: readonly DataDisk[] },
    world: { readonly time: SimTime; readonly programs: Programs },
  ) {
    this.#programs = world.programs;
    this.#time = world.time;
    const [node = "node"] = shape.nodes;
    const spec = { id: `vm-${shape.name}`, name: shape.name, cluster: shape.name, node, esxHost: "esx", diskGib: 100 };
    this.machine = new Machine({ ...spec, plane: "control", disks: shape.disks ?? [] }, world.time);
    this.store = createStore(this.machine.disk.etcd);
    for (const name of shape.nodes) this.#addNode(name);
    this.#controllers = this.#control();
    this.#timer = setInterval(() => this.#look(), LOOK_WALL_MS);
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#controllers.stop();
    this.store.close();
    for (const { abort } of this.#pods.values()) abort.abort();
  }

  /** Another store on the same etcd; what runs goes on running. */
  restartControlPlane(): void {
    this.#controllers.stop();
    this.store.close();
    this.store = createStore(this.machine.disk.etcd);
    this.#controllers = this.#control();
  }

  /** Ends and forgets every container, as a power-off does. */
  killAll(): void {
    for (const { abort } of this.#pods.values()) abort.abort();
    this.#pods.clear();
  }

  #control(): { stop(): void } {
    return startControllers({ store: this.store, time: this.#time, log: (line) => this.logs.push(line) });
  }

  #addNode(name: string): void {
    const labels = { "kubernetes.io/hostname": name };
    const node = this.store.create(this.store.resource("Node"), { apiVersion: "v1", kind: "Node", metadata: { name, labels } });
    const amounts = { cpu: "8", memory: "32Gi", pods: "110" };
    this.store.updateStatus(this.store.resource("Node"), {
      ...node,
      status: {
        capacity: amounts,
        allocatable: amounts,
        conditions: [{ type: "Ready", status: "True" }],
        nodeInfo: { kubeletVersion: "v1.17.6" },
        addresses: [{ type: "InternalIP", address: "10.0.0.1" }],
      },
    });
    const lease = { apiVersion: "coordination.k8s.io/v1", kind: "Lease", metadata: { name, namespace: "kube-node-lease" } };
    this.store.create(this.store.resource("Lease"), { ...lease, spec: { renewTime: "" } });
  }

  #look(): void {
    this.#beat();
    for (const pod of this.store.list(this.store.resource("Pod"))) this.#lookAt(pod);
    for (const [uid, { abort }] of this.#pods) {
      if (this.store.list(this.store.resource("Pod")).some((pod) => pod.metadata.uid === uid)) continue;
      abort.abort();
      this.#pods.delete(uid);
    }
  }

  #beat(): void {
    const resource = this.store.resource("Lease");
    const renewTime = String(Math.floor(this.#time.now() / 500));
    for (const lease of this.store.list(resource, "kube-node-lease")) this.store.update(resource, { ...lease, spec: { renewTime } });
  }

  #lookAt(pod: KubeObject): void {
    const running = this.#pods.get(pod.metadata.uid);
    if (pod.metadata.deletionTimestamp !== undefined) {
      running?.abort.abort();
      this.store.delete(this.store.resource("Pod"), pod.metadata.namespace, pod.metadata.name, { gracePeriodSeconds: 0 });
    } else if (running === undefined && !isOver(pod) && textAt(pod.spec, "nodeName") !== undefined && !this.paused) this.#start(pod);
    else if (running !== undefined && !isOver(pod)) this.#tell(pod, running.ready());
  }

  #tell(pod: KubeObject, ready: boolean): void {
    const conditions = [{ type: "Ready", status: ready ? "True" : "False" }];
    const before = listAt(pod.status, "conditions").find((entry) => textAt(entry, "type") === "Ready");
    if (textAt(before, "status") === conditions[0]?.status) return;
    const status: Json = { ...pod.status, phase: "Running", podIP: "10.1.0.1", conditions };
    this.store.updateStatus(this.store.resource("Pod"), { ...pod, status });
  }

  #start(pod: KubeObject): void {
    const abort = new AbortController();
    const containers = listAt(pod.spec, "containers").map((container) => {
      const image = textAt(container, "image") ?? "";
      const repository = image.replace(/^[^/]+[:.][^/]*\//, "").replace(/:[^:]*$/, "");
      return (this.#programs.get(repository) ?? idle).start(this.#context(pod, container, abort.signal));
    });
    this.#pods.set(pod.metadata.uid, { abort, ready: () => containers.every((container) => container.ready()) });
    const [first] = containers;
    if (textAt(pod.spec, "restartPolicy") === "Never") void first?.ended?.then((end) => this.#end(pod, end));
  }

  /** A task's pod is over with its container. */
  #end({ metadata }: KubeObject, { exitCode, message = "" }: ProgramEnd): void {
    const resource = this.store.resource("Pod");
    const pod = this.store.get(resource, metadata.namespace, metadata.name);
    if (pod === undefined) return;
    const containerStatuses = [{ name: "task", ready: false, restartCount: 0, state: { terminated: { exitCode, message } } }];
    this.store.updateStatus(resource, {
      ...pod,
      status: { ...pod.status, phase: exitCode === 0 ? "Succeeded" : "Failed", containerStatuses },
    });
  }

  #context(pod: KubeObject, container: unknown, signal: AbortSignal): ProgramContext {
    const { machine } = this;
    return {
      cluster: machine.spec.cluster,
      store: this.store,
      pod,
      container: textAt(container, "name") ?? "",
      image: textAt(container, "image") ?? "",
      args: listAt(container, "args").map(String),
      env: {},
      machine,
      time: this.#time,
      signal,
      readVolume: (claim) => machine.disk.volumes.get(claim),
      writeVolume: (claim, data) => machine.disk.volumes.set(claim, data),
      log: (line) => this.logs.push(`${pod.metadata.name}: ${line}`),
    };
  }
}
