import type { KubeClient } from "@kubera-e2e/kube";
import { FakeClock } from "@kubera-e2e/schema/clock";
import { KuberaError } from "@kubera-e2e/schema/kubera-error";
import { parseTestBed } from "@kubera-e2e/schema/parse-test-bed";
import { Redactor } from "@kubera-e2e/schema/redactor";
import { vmsHash, type SetManifest } from "@kubera-e2e/schema/set";
import type { TestBed } from "@kubera-e2e/schema/test-bed";
import type { BedContext, ServerLook } from "../src/bed-context.ts";
import type { BedMark } from "../src/bed-marks.ts";
import type { ProgressEvent } from "../src/progress.ts";
import type { RestoreReport } from "../src/restore-report.ts";
import { MemoryMachines } from "./memory-machines.ts";

export const LAB = `apiVersion: kubera-e2e/v1
kind: TestBed
name: lab
target: real
machines: { driver: esx, endpoint: https://vcenter.lab/sdk, credentials: vsphere }
clusters:
  - name: c1
    role: server
    kubeconfig: /c1.yaml
    vms:
      - { name: a1, node: n1, plane: control }
      - { name: a2, node: n2, plane: worker }
      - { name: a3, node: n3, plane: worker }
  - name: c2
    role: member
    kubeconfig: /c2.yaml
    vms:
      - { name: b1, node: n1, plane: control }
      - { name: b2, node: n2, plane: worker }
registry: { url: https://registry.lab }
director: { url: http://director.lab, admin: director-admin }
states:
  bare: {}
  director: { from: bare, make: true }
  openebs: { from: director }
intervals: { power: 60s, nodesReady: 2m, directorReady: 2m, poll: 1s }
limits: { powerOnStagger: 5s, powerOnPerHost: 2 }
`;

export const labBed = (): TestBed => parseTestBed(LAB, "lab.yaml");

/** Where VMs lie; all others have a host of their own. */
const HOSTS: Readonly<Record<string, string>> = { a1: "esx-1", a2: "esx-2", a3: "esx-1", b1: "esx-1", b2: "esx-1" };

export const manifestOf = (over: Partial<SetManifest> = {}): SetManifest => ({
  schema: "kubera-e2e/set@1",
  set: "s1",
  bed: "lab",
  state: "bare",
  takenAt: "2025-12-20T00:00:00.000Z",
  memory: false,
  vms: 5,
  vmsHash: vmsHash(["a1", "a2", "a3", "b1", "b2"]),
  ...over,
});

const refused = (cluster: string): KuberaError =>
  new KuberaError("CONNECTION_REFUSED", { what: `nothing listens for ${cluster}`, where: cluster, because: "it is off", fix: "wait" });

/** Objects that the clusters hold besides their nodes, by kind. */
export type Objects = ReadonlyMap<string, readonly object[]>;

/** A bed in memory: its hypervisor, nodes that follow their VMs, a clock that stands still, and all that was told. */
export class MemoryBed {
  readonly bed: TestBed;
  readonly machines = new MemoryMachines();
  readonly clock = new FakeClock();
  readonly events: ProgressEvent[] = [];
  readonly reports: RestoreReport[] = [];
  readonly marks: BedMark[] = [];
  readonly redactor = new Redactor();
  objects: Objects = new Map();
  /** What the API server of every cluster says; its clock is right unless told otherwise. */
  serverLook: () => ServerLook = () => ({ dateMs: Math.floor(this.clock.now() / 1000) * 1000 });
  ping: () => Promise<void> = () => Promise.resolve();
  kubernetes = "v1.20.2";
  /** Nodes by `cluster/node` that stay NotReady. */
  readonly sick = new Set<string>();

  constructor(bed: TestBed = labBed()) {
    this.bed = bed;
    for (const { name } of bed.clusters.flatMap(({ vms }) => vms)) this.machines.add(name, HOSTS[name] ?? `esx-of-${name}`);
  }

  /** A whole set on every VM. */
  seed(over: Partial<SetManifest> = {}): this {
    for (const name of this.machines.vms.keys()) this.machines.seed(name, manifestOf(over));
    return this;
  }

  get context(): BedContext {
    return {
      bed: this.bed,
      machines: this.machines,
      ways: { to: () => undefined, close: () => Promise.resolve() },
      kube: (cluster) => Promise.resolve(this.#kube(cluster)),
      registry: () => Promise.reject(new Error("the bed in memory has no registry")),
      director: () => Promise.reject(new Error("the bed in memory has no Director")),
      visitDirector: () => Promise.reject(new Error("the bed in memory has no Director")),
      pingDirector: () => this.ping(),
      lookAtServer: (cluster) => (this.#isUp(cluster) ? Promise.resolve(this.serverLook()) : Promise.reject(refused(cluster))),
      secret: () => ({ username: "u", password: "p" }),
      marks: {
        read: () => Promise.resolve(this.marks.at(-1)),
        write: (mark) => {
          this.marks.push({ schema: "kubera-e2e/bed-mark@1", ...mark });
          return Promise.resolve();
        },
      },
      clock: this.clock,
      redactor: this.redactor,
      onProgress: (event) => this.events.push(event),
      onRestored: (report) => {
        this.reports.push(report);
        return Promise.resolve();
      },
      close: () => Promise.resolve(),
    };
  }

  /** Turns the clock until the promise has settled. */
  async settle<T>(promise: Promise<T>): Promise<T> {
    const turning = new AbortController();
    const stop = (): void => turning.abort();
    promise.then(stop, stop);
    for (let turn = 0; turn < 10_000 && !turning.signal.aborted; turn += 1) await this.clock.advance(100);
    return promise;
  }

  #cluster(name: string): TestBed["clusters"][number] {
    const cluster = this.bed.clusters.find((candidate) => candidate.name === name);
    if (cluster === undefined) throw new Error(`no cluster ${name}`);
    return cluster;
  }

  #isUp(name: string): boolean {
    return this.#cluster(name).vms.some((vm) => vm.plane === "control" && this.machines.vms.get(vm.name)?.power === "on");
  }

  #nodes(name: string): object[] {
    const heartbeat = new Date(this.clock.now()).toISOString();
    return this.#cluster(name).vms.map(({ name: vmName, node }) => {
      const vm = this.machines.vms.get(vmName);
      const isReady = vm?.power === "on" && !this.sick.has(`${name}/${node}`);
      const ready = {
        type: "Ready",
        status: isReady ? "True" : "False",
        reason: isReady ? "KubeletReady" : "KubeletNotReady",
        message: "told",
      };
      return {
        apiVersion: "v1",
        kind: "Node",
        metadata: { name: node },
        status: { conditions: [{ ...ready, lastHeartbeatTime: heartbeat }], nodeInfo: { bootID: `${vmName}-boot-${vm?.boots ?? 0}` } },
      };
    });
  }

  #kube(cluster: string): KubeClient {
    const whileUp = <T>(answer: () => T): Promise<T> =>
      this.#isUp(cluster) ? Promise.resolve(answer()) : Promise.reject(refused(cluster));
    const all = (kind: string): readonly object[] => (kind === "Node" ? this.#nodes(cluster) : (this.objects.get(kind) ?? []));
    const fake = {
      cluster,
      list: ({ kind }: { kind: string }) => whileUp(() => all(kind)),
      get: ({ kind, name }: { kind: string; name: string }) =>
        whileUp(() => all(kind).find((object) => "metadata" in object && (object.metadata as { name?: string }).name === name)),
      raw: () => whileUp(() => ({ gitVersion: this.kubernetes })),
      close: () => {},
    };
    return fake as unknown as KubeClient;
  }
}

/** The error of the house that a promise ends with. */
export const failureOf = async (promise: Promise<unknown>): Promise<KuberaError> => {
  const error: unknown = await promise.then(
    () => new Error("it did not fail"),
    (caught: unknown) => caught,
  );
  if (error instanceof KuberaError) return error;
  throw error;
};
