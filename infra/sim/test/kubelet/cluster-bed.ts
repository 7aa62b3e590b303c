import { waitUntil, notYet, reached } from "@kubera-e2e/schema/wait-until";
import { createAuthority, type Authority } from "../../src/certificates/authority.ts";
import { DataCenter } from "../../src/datacenter/data-center.ts";
import { SimTime } from "../../src/datacenter/sim-time.ts";
import { simMachines } from "../../src/datacenter/topology.ts";
import type { Machine } from "../../src/datacenter/machine.ts";
import { startCluster, type RunningCluster } from "../../src/kubernetes/cluster/start-cluster.ts";
import { ClusterView } from "../../src/kubernetes/controllers/cluster-view.ts";
import { isTrue } from "../../src/kubernetes/controllers/conditions.ts";
import type { Program, Programs } from "../../src/kubernetes/program.ts";
import type { Container, Kind, KindMap, Pod, PodSpec } from "../../src/kubernetes/workload-objects.ts";
import type { Catalogue } from "../../src/registry/catalogue.ts";
import { startRegistry, type RunningRegistry } from "../../src/registry/registry-server.ts";

const DEADLINE_MS = 15_000;

const TEST_CATALOGUE: Catalogue = [
  { repository: "test/server", tags: ["1", "2"], sizeBytes: 20_000_000, platforms: ["amd64"] },
  { repository: "test/task", tags: ["1"], sizeBytes: 20_000_000, platforms: ["amd64", "arm64"] },
  { repository: "test/crash", tags: ["1"], sizeBytes: 20_000_000, platforms: ["amd64"] },
  { repository: "test/huge", tags: ["1"], sizeBytes: 99_000_000_000, platforms: ["amd64"] },
];

export interface BedOptions {
  readonly speed?: number;
  readonly programs?: readonly (readonly [string, Program])[];
}

/** A server cluster of 1+3 nodes with its registry, all in this process and fast. */
export class ClusterBed {
  readonly cluster: RunningCluster;
  readonly registry: RunningRegistry;
  readonly authority: Authority;
  readonly machines: readonly Machine[];
  readonly time: SimTime;
  readonly lines: readonly string[];

  constructor(parts: Pick<ClusterBed, "cluster" | "registry" | "authority" | "machines" | "time" | "lines">) {
    this.cluster = parts.cluster;
    this.registry = parts.registry;
    this.authority = parts.authority;
    this.machines = parts.machines;
    this.time = parts.time;
    this.lines = parts.lines;
  }

  get view(): ClusterView {
    const { store } = this.cluster;
    if (store === undefined) throw new Error("the control plane is off");
    return new ClusterView(store, this.time);
  }

  machine(name: string): Machine {
    const found = this.machines.find((machine) => machine.spec.node === `server-${name}`);
    if (found === undefined) throw new Error(`no machine ${name}`);
    return found;
  }

  image(name: string): string {
    return `${this.registry.host}/test/${name}`;
  }

  /** Waits until `probe` gives something; `what` names it in the error. */
  until<T>(what: string, probe: (view: ClusterView) => T | undefined | false, deadlineMs: number = DEADLINE_MS): Promise<T> {
    return waitUntil({
      what,
      deadlineMs,
      intervalMs: 20,
      probe: () => {
        const { store } = this.cluster;
        const seen = store === undefined ? undefined : probe(new ClusterView(store, this.time));
        return Promise.resolve(seen === undefined || seen === false ? notYet("not seen") : reached(seen));
      },
    });
  }

  untilNodesReady(count = 4): Promise<unknown> {
    return this.until(`${count} nodes are Ready`, (view) => {
      const boots = new Map(this.machines.map((machine) => [machine.spec.node, machine.memory?.bootId]));
      const ready = view
        .list("Node")
        .filter((node) => isTrue(node.status?.conditions, "Ready") && node.status?.nodeInfo?.bootID === boots.get(node.metadata.name));
      return ready.length === count;
    });
  }

  events(reason: string, name?: string): readonly KindMap["Event"][] {
    return this.view.list("Event").filter((event) => event.reason === reason && (name === undefined || event.involvedObject.name === name));
  }

  create<K extends Kind>(kind: K, name: string, spec: object): KindMap[K] {
    return this.view.create(kind, { metadata: { name, namespace: "default" }, spec });
  }

  pod(name: string, spec: Partial<PodSpec> & { readonly image?: string }): Pod {
    const { image = "server:1", ...rest } = spec;
    return this.create("Pod", name, { containers: [{ name: "main", image: this.image(image) }], ...rest });
  }

  async close(): Promise<void> {
    await this.cluster.close();
    await this.registry.close();
  }
}

const crashing: Program = {
  start: (context) => {
    context.log("fatal: cannot go on");
    const ended = context.time.delay(1000, context.signal).then(() => ({ exitCode: 3, message: "boom" }));
    return { ready: () => false, ended };
  },
};

export const openClusterBed = async (options: BedOptions = {}): Promise<ClusterBed> => {
  const time = new SimTime(options.speed ?? 100);
  const machines = new DataCenter(simMachines(), time).machinesOf("server");
  const authority = await createAuthority();
  const registry = await startRegistry({ authority, catalogue: TEST_CATALOGUE });
  const lines: string[] = [];
  const programs: Programs = new Map([["test/crash", crashing], ...(options.programs ?? [])]);
  const log = (line: string): void => void lines.push(line);
  const cluster = await startCluster({ name: "server", machines, authority, time, programs, instantBoot: true, bytesPerSecond: 5e9, log });
  return new ClusterBed({ cluster, registry, authority, machines, time, lines });
};

/** A workload's template of one server container. */
export const templateOf = (image: string, container: Partial<Container> = {}): object => ({
  metadata: { labels: { app: "web" } },
  spec: { containers: [{ name: "main", image, ...container }] },
});
