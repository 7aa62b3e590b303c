import type { Machine } from "../../datacenter/machine.ts";
import type { EtcdStore } from "../etcd-store.ts";
import { Kubelet } from "../kubelet/kubelet.ts";
import type { NodeOptions } from "../kubelet/node-runtime.ts";
import { severedStore } from "./severed-store.ts";

export interface ClusterNodesOptions extends Omit<NodeOptions, "machine"> {
  readonly machines: readonly Machine[];
  /** Simulated milliseconds from power-on to kubelet. */
  readonly bootMs: number;
}

/** A kubelet for each machine that has booted, as long as it has power. A node that boots waits for the API server before it joins. */
export class ClusterNodes {
  readonly #options: ClusterNodesOptions;
  readonly #kubelets = new Map<string, Kubelet>();
  readonly #booted = new Set<Machine>();
  /** Machines whose cable is cut. */
  readonly #severed = new Set<Machine>();
  /** Machines whose kubelet somebody has stopped. */
  readonly #stopped = new Set<Machine>();
  readonly #boots = new Map<Machine, AbortController>();
  readonly #unsubscribes: readonly (() => void)[];
  #store: EtcdStore | undefined;

  constructor(options: ClusterNodesOptions) {
    this.#options = options;
    for (const machine of options.machines) if (machine.memory !== undefined) this.#booted.add(machine);
    this.#unsubscribes = options.machines.map((machine) =>
      machine.onChange((event) => {
        if (event === "on") void this.#boot(machine);
        if (event === "off") this.#halt(machine);
        if (event === "kubelet-down") this.#hush(this.#stopped, machine);
        if (event === "kubelet-up") this.#wake(this.#stopped, machine);
      }),
    );
  }

  /** Undefined when nobody reaches it. */
  kubelet(node: string): Kubelet | undefined {
    const kubelet = this.#kubelets.get(node);
    return this.#options.machines.some((machine) => machine.spec.node === node && this.#isSilent(machine)) ? undefined : kubelet;
  }

  /** Cuts the network of a node, or mends it; its power and its containers are not concerned. */
  setCable(node: string, to: "up" | "down"): void {
    const machine = this.#options.machines.find((one) => one.spec.node === node);
    if (machine === undefined) throw new Error(`there is no node ${node}`);
    if (to === "down") this.#hush(this.#severed, machine);
    else this.#wake(this.#severed, machine);
  }

  /** The API server came, or went. */
  serve(store: EtcdStore | undefined): void {
    this.#store = store;
    if (store === undefined) return;
    for (const machine of this.#booted) this.#join(machine, store);
  }

  close(): void {
    for (const unsubscribe of this.#unsubscribes) unsubscribe();
    for (const machine of this.#options.machines) this.#halt(machine);
  }

  async #boot(machine: Machine): Promise<void> {
    const power = new AbortController();
    this.#boots.set(machine, power);
    const { time, bootMs } = this.#options;
    const bootedAt = Date.parse(machine.memory?.bootedAt ?? "");
    // A machine that was resumed from memory has its boot behind it.
    const leftMs = bootMs - (time.now() - bootedAt) * time.speed;
    if (leftMs > 0) await time.delay(leftMs, power.signal);
    if (power.signal.aborted) return;
    this.#booted.add(machine);
    if (this.#store !== undefined) this.#join(machine, this.#store);
  }

  #isSilent(machine: Machine): boolean {
    return this.#severed.has(machine) || this.#stopped.has(machine);
  }

  #hush(among: Set<Machine>, machine: Machine): void {
    among.add(machine);
    if (this.#store !== undefined) this.#kubelets.get(machine.spec.node)?.sever(severedStore(this.#store));
  }

  #wake(among: Set<Machine>, machine: Machine): void {
    among.delete(machine);
    if (this.#store !== undefined && this.#booted.has(machine)) this.#join(machine, this.#store);
  }

  #halt(machine: Machine): void {
    this.#stopped.delete(machine);
    this.#boots.get(machine)?.abort();
    this.#boots.delete(machine);
    this.#booted.delete(machine);
    this.#kubelets.get(machine.spec.node)?.stop();
    this.#kubelets.delete(machine.spec.node);
  }

  #join(machine: Machine, store: EtcdStore): void {
    if (this.#isSilent(machine)) return;
    const { node } = machine.spec;
    const running = this.#kubelets.get(node);
    if (running !== undefined) return running.attach(store);
    if (machine.memory === undefined) return;
    this.#kubelets.set(node, new Kubelet({ ...this.#options, machine }, machine.memory, store));
  }
}
