import { setMaxListeners } from "node:events";
import { isFarewell, isRace } from "../controllers/cluster-view.ts";
import type { EventText } from "../controllers/event-recorder.ts";
import { isEnded } from "../controllers/pods.ts";
import type { Pod } from "../workload-objects.ts";
import { ContainerLoop, type PodHandle } from "./container-loop.ts";
import { ContainerRecord } from "./container-record.ts";
import type { NodeRuntime } from "./node-runtime.ts";
import { PodEnvironment } from "./pod-environment.ts";
import { podStatusOf, type PodVerdict } from "./pod-status.ts";
import { judgeReadiness } from "./readiness.ts";

const STOP_MS = 1000;
const MOUNT_RETRY_MS = 2000;
const KILLED = 137;

/** Name under which a pod's sandbox stands among the containers of a boot. */
const SANDBOX = "POD";

/** One pod on one node, from its admission to its end. */
export class PodWorker implements PodHandle {
  readonly runtime: NodeRuntime;
  readonly init: readonly ContainerRecord[];
  readonly main: readonly ContainerRecord[];
  pod: Pod;
  readonly #abort = new AbortController();
  readonly #startTime: string;
  #podIp: string | undefined;
  #verdict: PodVerdict | undefined;
  #isTerminating = false;
  #isSyncDue = false;
  #isDetached = false;

  constructor(runtime: NodeRuntime, pod: Pod) {
    this.runtime = runtime;
    this.pod = pod;
    // One listener for each container, pull and pause of the pod.
    setMaxListeners(0, this.#abort.signal);
    const waiting = (pod.spec.initContainers ?? []).length > 0 ? "PodInitializing" : "ContainerCreating";
    const record = (isInit: boolean) => (spec: Pod["spec"]["containers"][number]) => new ContainerRecord(spec, { isInit, waiting });
    this.init = (pod.spec.initContainers ?? []).map(record(true));
    this.main = pod.spec.containers.map(record(false));
    this.#startTime = pod.status?.startTime ?? runtime.view.now();
  }

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  get isOver(): boolean {
    return this.#abort.signal.aborted;
  }

  get images(): readonly string[] {
    return [...this.init, ...this.main].map((record) => record.spec.image);
  }

  start(): void {
    this.#recall();
    this.#run().catch((error: unknown) => this.runtime.options.log(`${this.runtime.name} ${this.pod.metadata.name}: ${String(error)}`));
  }

  /** The pod is refused before anything of it runs. */
  reject(verdict: PodVerdict): void {
    this.#verdict = verdict;
    this.#abort.abort();
    this.event(undefined, { type: "Warning", reason: verdict.reason, message: verdict.message.replace("Pod was rejected: ", "") });
    this.#sync();
  }

  evict(verdict: PodVerdict): void {
    this.event(undefined, { type: "Warning", reason: "Evicted", message: verdict.message });
    for (const record of this.#running()) this.#sayKilling(record);
    this.#verdict = verdict;
    this.#end(KILLED, "Error");
    this.#sync();
  }

  /** Ends the containers within their grace, then the pod itself. */
  async terminate(graceSeconds: number): Promise<void> {
    if (this.#isTerminating) return;
    this.#isTerminating = true;
    for (const record of this.#running()) this.#sayKilling(record);
    const hasRun = this.#running().length > 0;
    if (hasRun) await this.runtime.time.delay(Math.min(graceSeconds * 1000, STOP_MS), this.signal);
    if (this.#isDetached) return;
    this.#end(0, "Completed");
    this.#sync();
    this.#remove();
  }

  /** The pod is gone from the cluster or the machine from power: everything ends, and nobody is told. */
  drop(): void {
    this.#isDetached = true;
    this.#abort.abort();
    for (const record of [...this.init, ...this.main]) record.log?.end();
    this.runtime.addresses.release(this.#podIp);
  }

  /** Forgets the processes too: the pod was taken away while its machine runs on. */
  destroy(): void {
    this.#forget();
    this.drop();
  }

  changed(): void {
    if (this.#isSyncDue) return;
    this.#isSyncDue = true;
    queueMicrotask(() => {
      this.#isSyncDue = false;
      this.#sync();
    });
  }

  event(record: ContainerRecord | undefined, text: EventText): void {
    if (this.#isDetached) return;
    const list = record?.isInit === true ? "initContainers" : "containers";
    const fieldPath = record === undefined ? {} : { fieldPath: `spec.${list}{${record.spec.name}}` };
    this.runtime.events.record(this.pod, { ...text, ...fieldPath });
  }

  /** Asks every probed container that has been ready once more. */
  probe(): void {
    for (const record of this.main) {
      if (record.probe !== undefined && record.hasBeenReady) judgeReadiness(this, record, record.probe());
    }
  }

  /** Whether this pod still is the one the cluster knows; writes what the cluster missed. */
  reattach(pod: Pod): void {
    this.pod = pod;
    if (this.#isTerminating && this.isOver) this.#remove();
    else this.#sync();
  }

  #running(): readonly ContainerRecord[] {
    return [...this.init, ...this.main].filter((record) => record.state.running !== undefined);
  }

  #sayKilling(record: ContainerRecord): void {
    this.event(record, { reason: "Killing", message: `Stopping container ${record.spec.name}` });
  }

  get #sandboxKey(): string {
    return `${this.pod.metadata.uid}/${SANDBOX}`;
  }

  /** What an earlier boot or an earlier kubelet of this boot left behind. */
  #recall(): void {
    const { memory, view } = this.runtime;
    const isAlive = memory.containers.has(this.#sandboxKey);
    const told = [...(this.pod.status?.initContainerStatuses ?? []), ...(this.pod.status?.containerStatuses ?? [])];
    const isLost = told.some((status) => status.containerID !== undefined) && !isAlive;
    if (isLost) this.event(undefined, { reason: "SandboxChanged", message: "Pod sandbox changed, it will be killed and re-created." });
    for (const record of [...this.init, ...this.main]) {
      const status = told.find((candidate) => candidate.name === record.spec.name);
      if (status === undefined) continue;
      if (isAlive) record.recall(status);
      else if (status.containerID !== undefined) this.#lose(record, status, view.now());
    }
  }

  #lose(record: ContainerRecord, status: Parameters<ContainerRecord["lose"]>[0], now: string): void {
    const isOneShot = this.pod.spec.restartPolicy === "Never" && !record.isInit;
    record.lose(status, now);
    if (!isOneShot || record.lastState.terminated === undefined) return;
    record.restartCount = status.restartCount;
    record.state = { terminated: record.lastState.terminated };
    record.isFinal = true;
  }

  async #run(): Promise<void> {
    if (!(await this.#mounted())) return;
    this.#openSandbox();
    for (const record of this.init) {
      if (record.state.terminated?.exitCode === 0) continue;
      const exitCode = await new ContainerLoop(this, record).run();
      if (exitCode !== 0) return;
    }
    const due = this.main.filter((record) => !record.isFinal);
    await Promise.all(due.map((record) => new ContainerLoop(this, record).run()));
    if (!this.isOver) this.#forget();
  }

  #openSandbox(): void {
    const { runtime } = this;
    const shared = this.pod.spec.hostNetwork === true;
    this.#podIp = shared ? runtime.addresses.nodeAddress : runtime.addresses.take(this.pod.status?.podIP);
    runtime.memory.containers.set(this.#sandboxKey, { startedAt: runtime.view.now(), restarts: 0 });
    this.changed();
  }

  async #mounted(): Promise<boolean> {
    while (!this.isOver) {
      const problem = new PodEnvironment(this.runtime.view, this.pod).unmountable();
      if (problem === undefined) return true;
      this.event(undefined, { type: "Warning", reason: "FailedMount", message: problem });
      this.changed();
      await this.runtime.time.delay(MOUNT_RETRY_MS, this.signal);
    }
    return false;
  }

  #end(exitCode: number, reason: string): void {
    this.#abort.abort();
    const finishedAt = this.runtime.view.now();
    for (const record of this.#running()) record.end(exitCode, { reason, finishedAt });
    this.#forget();
    this.runtime.addresses.release(this.#podIp);
  }

  #forget(): void {
    const { containers } = this.runtime.memory;
    for (const key of containers.keys()) if (key.startsWith(`${this.pod.metadata.uid}/`)) containers.delete(key);
  }

  #sync(): void {
    if (this.#isDetached) return;
    const { view, addresses } = this.runtime;
    const { namespace, name, uid } = this.pod.metadata;
    const pod = view.get("Pod", namespace, name);
    if (pod === undefined || pod.metadata.uid !== uid || (isEnded(pod) && !this.isOver)) return;
    this.pod = pod;
    const status = podStatusOf({
      pod,
      init: this.init,
      main: this.main,
      verdict: this.#verdict,
      hostIP: addresses.nodeAddress,
      podIP: this.#podIp,
      startTime: this.#startTime,
      now: view.now(),
    });
    this.#try(() => view.updateStatus("Pod", pod, status));
  }

  #remove(): void {
    this.#try(() => this.runtime.view.remove("Pod", this.pod, 0));
  }

  #try(write: () => unknown): void {
    try {
      write();
    } catch (error) {
      // The API server is away or the pod is gone: told again when kubelet attaches.
      if (!isRace(error) && !isFarewell(error)) throw error;
    }
  }
}
